namespace Memorization.Clustering;

/// <summary>Finds links among vectors and feeds them to a forest, tile by tile.</summary>
/// <param name="vectors">The vectors; nobody may add while the join runs.</param>
/// <param name="threshold">Similarity from which a pair is a link.</param>
/// <param name="parallelism">Worker threads, at least one.</param>
/// <param name="tileSize">Vectors per side of a tile, where the source does not say it.</param>
/// <param name="source">What pairs are looked at by first.</param>
internal sealed class SimilarityJoin(DistinctVectors vectors, double threshold, int parallelism, int tileSize, IFilterSource source)
{
    // Within one tile of a dense family, what the forest learns of the first links spares verifying most of the others.
    private const int LinksAtOnce = 1 << 14;

    /// <summary>The tiles of all pairs of a vector from number <paramref name="firstNew"/> on and one before it.</summary>
    /// <remarks>Pairs before the first new vector, in blocks that begin before it, are known to the forest: they change nothing.</remarks>
    public IEnumerable<Tile> New(int firstNew) =>
        PairTiles.All(source.TileSize is { } block ? firstNew / block * block : firstNew, vectors.Count, source.TileSize ?? tileSize);

    /// <summary>The tiles in some of the pieces that the table of all pairs is cut into.</summary>
    public IEnumerable<Tile> Pieces(Range pieces, int of, int pieceSide) =>
        PairTiles.Part(vectors.Count, pieceSide, pieces, of).SelectMany(tile => PairTiles.Within(tile, source.TileSize ?? tileSize));

    /// <summary>Adds to <paramref name="forest"/> every link that it may hold of the pairs in <paramref name="tiles"/>.</summary>
    /// <exception cref="OperationCanceledException">Stopped; the forest is then incomplete.</exception>
    public void Run(IEnumerable<Tile> tiles, ForestBuilder forest, CancellationToken stop) => PairTiles.ForEach(
        tiles, source.Workers(parallelism), () => source.CreateFilter(threshold, Math.Min(tileSize, vectors.Count)), (_, candidates) => Verify(candidates, forest), stop);

    /// <summary>Only float64 decides. What cannot change the forest is dropped before it costs a dot product, or after.</summary>
    private void Verify(List<Candidate> candidates, ForestBuilder forest)
    {
        List<NodeEdge> links = [];
        foreach (var (u, v, atMost) in candidates)
        {
            if (!forest.MayHold(u, v, atMost)) continue;
            var similarity = vectors.Similarity(u, v);
            if (similarity > atMost) throw new InvalidOperationException($"A filter took {atMost:R} for the most that a similarity of {similarity:R} can be.");
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
}
