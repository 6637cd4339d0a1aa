namespace Memorization.Clustering;

/// <summary>A pair that may be linked.</summary>
/// <param name="U">A distinct vector's number.</param>
/// <param name="V">A smaller one.</param>
/// <param name="AtMost">The similarity is not higher than this.</param>
internal readonly record struct Candidate(int U, int V, double AtMost);

/// <summary>Proposes the pairs that may reach a threshold. It may err by excess, never by omission: only float64 decides.</summary>
/// <remarks>Not thread-safe: one per worker.</remarks>
internal interface IPairFilter : IDisposable
{
    /// <summary>Puts into <paramref name="candidates"/> every pair of a row and a smaller-numbered column that may reach the threshold.</summary>
    void Propose(Tile tile, List<Candidate> candidates);
}

/// <summary>What filters are made from: some form of all vectors.</summary>
/// <remarks>Thread-safe while no vector is added or removed.</remarks>
internal interface IFilterSource
{
    /// <summary>The side of tiles, and their starts its multiples, where the source has its vectors in blocks; null where any tile will do.</summary>
    int? TileSize => null;

    /// <summary>Workers that it is fastest with, where a caller has so many threads for it.</summary>
    int Workers(int parallelism) => parallelism;

    /// <summary>A filter for one worker.</summary>
    /// <param name="threshold">The similarity that is looked for.</param>
    /// <param name="tileSize">The most rows, and the most columns, of a tile.</param>
    IPairFilter CreateFilter(double threshold, int tileSize);
}

/// <summary>Proposes every pair: for sets so small that a matrix product is not worth its preparation.</summary>
internal sealed class EveryPair : IFilterSource, IPairFilter
{
    /// <inheritdoc/>
    public IPairFilter CreateFilter(double threshold, int tileSize) => this;

    /// <inheritdoc/>
    public void Propose(Tile tile, List<Candidate> candidates)
    {
        candidates.Clear();
        for (var u = tile.Row; u < tile.Row + tile.Rows; u++)
            for (var v = tile.Column; v < Math.Min(u, tile.Column + tile.Columns); v++) candidates.Add(new Candidate(u, v, 1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
