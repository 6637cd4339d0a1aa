namespace Memorization.Clustering;

/// <summary>Finds the links of new vectors, to the old ones and to each other, and feeds them to a forest tile by tile.</summary>
/// <param name="vectors">Old and new; nobody may add while the join runs.</param>
/// <param name="threshold">Similarity from which a pair is a link.</param>
/// <param name="parallelism">Worker threads, at least one.</param>
/// <param name="tileSize">Vectors per side of a tile. At 1024 × 512 values both sides and the scores take 8 MB.</param>
/// <param name="source">What pairs are looked at by first.</param>
internal sealed class SimilarityJoin(DistinctVectors vectors, double threshold, int parallelism, int tileSize, IFilterSource source)
{
    // Within one tile of a dense family, what the forest learns of the first links spares verifying most of the others.
    private const int LinksAtOnce = 1 << 14;

    /// <summary>Adds to <paramref name="forest"/> every link that it may hold of a vector from number <paramref name="firstNew"/> on.</summary>
    /// <exception cref="OperationCanceledException">Stopped; the forest is then incomplete.</exception>
    public void Run(int firstNew, ForestBuilder forest, CancellationToken stop)
    {
        // Pairs before the first new vector, in blocks that begin before it, are known to the forest: they change nothing.
        var start = source.TileSize is { } block ? firstNew / block * block : firstNew;
        Run(PairTiles.All(start, vectors.Count, source.TileSize ?? tileSize), forest, stop);
    }

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
