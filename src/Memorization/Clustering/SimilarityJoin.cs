namespace Memorization.Clustering;

/// <summary>A rectangle of the table of all pairs: distinct vectors by distinct vectors.</summary>
internal readonly record struct Tile(int Row, int Rows, int Column, int Columns);

/// <summary>Finds the links of new vectors, to the old ones and to each other, and feeds them to a forest tile by tile.</summary>
/// <param name="vectors">Old and new; nobody may add while the join runs.</param>
/// <param name="threshold">Similarity from which a pair is a link.</param>
/// <param name="parallelism">Worker threads, at least one.</param>
/// <param name="tileSize">Vectors per side of a tile. At 1024 × 512 values both sides and the scores take 8 MB.</param>
/// <param name="source">What the filter multiplies.</param>
internal sealed class SimilarityJoin(VectorSet vectors, double threshold, int parallelism, int tileSize, FilterRows source)
{
    // Within one tile of a dense family, what the forest learns of the first links spares verifying most of the others.
    private const int LinksAtOnce = 1 << 14;

    /// <summary>Adds to <paramref name="forest"/> every link that it may hold of a vector from number <paramref name="firstNew"/> on.</summary>
    /// <exception cref="OperationCanceledException">Stopped; the forest is then incomplete.</exception>
    public void Run(int firstNew, ForestBuilder forest, CancellationToken stop)
    {
        using var tiles = Tiles(firstNew).GetEnumerator();
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = stop };
        Parallel.For(0, parallelism, options, _ =>
        {
            if (!TryTake(out var tile)) return;
            using var filter = new CosineFilter(source, threshold, Math.Min(tileSize, vectors.DistinctCount));
            List<Candidate> candidates = [];
            List<NodeEdge> links = [];
            do
            {
                stop.ThrowIfCancellationRequested();
                filter.Propose(tile, candidates);
                Verify(candidates, forest, links);
            }
            while (TryTake(out tile));
        });

        bool TryTake(out Tile tile)
        {
            lock (tiles)
            {
                var more = tiles.MoveNext();
                tile = tiles.Current;
                return more;
            }
        }
    }

    /// <summary>Only float64 decides. What cannot change the forest is dropped before it costs a dot product, or after.</summary>
    private void Verify(List<Candidate> candidates, ForestBuilder forest, List<NodeEdge> links)
    {
        foreach (var (u, v, atMost) in candidates)
        {
            if (!forest.MayHold(u, v, atMost)) continue;
            var similarity = vectors.Similarity(u, v);
            if (similarity >= threshold && forest.MayHold(u, v, similarity)) links.Add(new NodeEdge(u, v, similarity));
            if (links.Count == LinksAtOnce) Pass();
        }

        Pass();

        void Pass()
        {
            forest.Add(links);
            links.Clear();
        }
    }

    private IEnumerable<Tile> Tiles(int firstNew)
    {
        var count = vectors.DistinctCount;
        for (var row = firstNew; row < count; row += tileSize)
        {
            var rowEnd = Math.Min(row + tileSize, count);
            for (var column = 0; column < rowEnd - 1; column += tileSize)
                yield return new Tile(row, rowEnd - row, column, Math.Min(column + tileSize, rowEnd - 1) - column);
        }
    }
}
