namespace Memorization.Clustering;

/// <summary>A rectangle of the table of all pairs: distinct vectors by distinct vectors.</summary>
internal readonly record struct Tile(int Row, int Rows, int Column, int Columns);

/// <summary>The table of all pairs, tile by tile.</summary>
internal static class PairTiles
{
    /// <summary>Vectors per side of a tile: at 1024 × 512 values both sides and the scores take 8 MB.</summary>
    public const int Side = 1024;

    /// <summary>Vectors per side of what pieces of a table, and so what several machines give back, are made of; and of a GPU's tiles.</summary>
    public const int PieceSide = 8192;

    /// <summary>The tiles of all pairs of a vector from number <paramref name="firstNew"/> on and one before it, in a fixed order.</summary>
    public static IEnumerable<Tile> All(int firstNew, int count, int tileSize)
    {
        for (var row = firstNew; row < count; row += tileSize)
        {
            var rowEnd = Math.Min(row + tileSize, count);
            foreach (var tile in Within(new Tile(row, rowEnd - row, 0, rowEnd), tileSize)) yield return tile;
        }
    }

    /// <summary>A tile cut into smaller ones.</summary>
    public static IEnumerable<Tile> Within(Tile tile, int tileSize)
    {
        for (var row = tile.Row; row < tile.Row + tile.Rows; row += tileSize)
        {
            var rows = Math.Min(tileSize, tile.Row + tile.Rows - row);
            var columnEnd = Math.Min(tile.Column + tile.Columns, row + rows - 1);
            for (var column = tile.Column; column < columnEnd; column += tileSize)
                yield return new Tile(row, rows, column, Math.Min(tileSize, columnEnd - column));
        }
    }

    /// <summary>The tiles in some of the pieces that the table of all pairs is cut into: piece k of N ends at the (k + 1)/N-th of the tiles.</summary>
    public static IEnumerable<Tile> Part(int count, int tileSize, Range pieces, int of)
    {
        var (first, length) = pieces.GetOffsetAndLength(of);
        Int128 tiles = All(0, count, tileSize).LongCount(); // as a product with a number of pieces, more than a long holds
        var (start, end) = (tiles * first / of, tiles * (first + length) / of);
        return Between();

        IEnumerable<Tile> Between()
        {
            var at = 0L;
            foreach (var tile in All(0, count, tileSize))
            {
                if (at >= end) yield break;
                if (at++ >= start) yield return tile;
            }
        }
    }

    /// <summary>Hands each tile's candidates over, on several threads.</summary>
    /// <param name="tiles">The tiles; taken one by one.</param>
    /// <param name="parallelism">Worker threads, at least one.</param>
    /// <param name="create">A worker's filter.</param>
    /// <param name="proposed">Takes a tile's candidates, which are gone when it returns.</param>
    /// <param name="stop">Stops between two tiles.</param>
    /// <exception cref="OperationCanceledException">Stopped; some tiles were not looked at.</exception>
    public static void ForEach(IEnumerable<Tile> tiles, int parallelism, Func<IPairFilter> create, Action<Tile, List<Candidate>> proposed, CancellationToken stop)
    {
        using var next = tiles.GetEnumerator();
        Parallel.For(0, parallelism, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = stop }, _ =>
        {
            if (!TryTake(out var tile)) return;
            using var filter = create();
            List<Candidate> candidates = [];
            do
            {
                stop.ThrowIfCancellationRequested();
                filter.Propose(tile, candidates);
                proposed(tile, candidates);
            }
            while (TryTake(out tile));
        });

        bool TryTake(out Tile tile)
        {
            lock (next)
            {
                var more = next.MoveNext();
                tile = next.Current;
                return more;
            }
        }
    }
}
