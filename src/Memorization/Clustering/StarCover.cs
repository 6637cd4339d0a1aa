namespace Memorization.Clustering;

/// <summary>A part of a family whose members all resemble one of them.</summary>
/// <param name="Leader">The member that all others are linked to.</param>
/// <param name="Members">The leader first, then the others, ascending, each with its similarity to the leader.</param>
public sealed record Star(ContentKey Leader, IReadOnlyList<(ContentKey Key, double Similarity)> Members);

/// <summary>A family as all its pairs show it.</summary>
/// <param name="Family">The family.</param>
/// <param name="LeastSimilarity">The lowest similarity of two members; 1 for a family of one.</param>
/// <param name="Stars">Its star cover, the leader with the most links first; every member is in one.</param>
public sealed record FamilyShape(Family Family, double LeastSimilarity, IReadOnlyList<Star> Stars);

/// <summary>Splits families, which links can chain together over any distance, into stars, whose members are all near one.</summary>
/// <remarks>
/// Leaders come by their number of links in the family, most first, then by key; a member joins the first leader that it is linked to. Two members of a
/// star have a cosine of at least 2τ² − 1, if the threshold τ is at least 0.71: angles to the leader add up at most. The cover is a function of the set of
/// keyed vectors and the threshold alone.
/// </remarks>
public static class StarCover
{
    private const int Small = 512; // distinct vectors up to which a product over all pairs is not worth its preparation

    /// <summary>The shapes of families, in their order.</summary>
    /// <param name="vectors">The vectors that the families are of.</param>
    /// <param name="families">The families at some threshold.</param>
    /// <param name="parallelism">Worker threads, at least one.</param>
    /// <param name="stop">Stops the work.</param>
    public static IReadOnlyList<FamilyShape> Of(VectorSet vectors, Families families, int parallelism, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentNullException.ThrowIfNull(families);
        var shapes = new FamilyShape[families.All.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = stop };
        for (var large = 0; large < shapes.Length && families.All[large].Members.Count > Small; large++)
            shapes[large] = Of(vectors, families.All[large], families.Threshold, parallelism, stop);
        Parallel.For(0, shapes.Length, options, i => shapes[i] ??= Of(vectors, families.All[i], families.Threshold, 1, stop));
        return shapes;
    }

    private static FamilyShape Of(VectorSet vectors, Family family, double threshold, int parallelism, CancellationToken stop)
    {
        if (family.Members.Count == 1) return new FamilyShape(family, 1, [new Star(family.Id, [(family.Id, 1)])]);

        // By their smallest keys, as members are ascending.
        var copies = family.Members.GroupBy(key => vectors.Nodes[key]).ToList();
        var mine = vectors.Distinct.Of([.. copies.Select(node => node.Key)]);
        var weights = copies.ConvertAll(node => node.Count());
        var (links, least) = Pairs(mine, weights, threshold, parallelism, stop);
        var leaders = new int[mine.Count]; // plus one; 0 is none yet
        List<Star> stars = [];
        foreach (var leader in Enumerable.Range(0, mine.Count).OrderByDescending(node => links[node]).ThenBy(node => node))
        {
            stop.ThrowIfCancellationRequested();
            if (leaders[leader] == 0) stars.Add(Gather(leader));
        }

        return new FamilyShape(family, least, stars);

        Star Gather(int leader)
        {
            List<(ContentKey Key, double Similarity)> members = [];
            for (var node = 0; node < mine.Count; node++)
            {
                if (leaders[node] > 0) continue;
                var similarity = node == leader ? 1 : mine.Similarity(node, leader);
                if (similarity < threshold) continue;
                leaders[node] = leader + 1;
                members.AddRange(copies[node].Select(key => (key, similarity)));
            }

            var first = copies[leader].First();
            return new Star(first, [(first, 1), .. members.Where(member => member.Key != first).OrderBy(member => member.Key)]);
        }
    }

    // For each vector the number of keys, besides one of its own, that one of its keys is linked to; and the lowest similarity.
    private static (long[] Links, double Least) Pairs(DistinctVectors vectors, List<int> weights, double threshold, int parallelism, CancellationToken stop)
    {
        var whole = new WholeRows(vectors);
        var (source, blur) = vectors.Count <= Small ? ((IFilterSource)new EveryPair(), double.PositiveInfinity) : (whole, 2 * whole.Slack);
        var links = new long[vectors.Count];
        var least = 1.0;
        for (var node = 0; node < links.Length; node++) links[node] = weights[node] - 1;
        PairTiles.ForEach(PairTiles.All(0, vectors.Count, PairTiles.Side), parallelism, () => source.CreateFilter(-2, Math.Min(PairTiles.Side, vectors.Count)), (tile, candidates) =>
        {
            var (rows, columns, lowest) = (new long[tile.Rows], new long[tile.Columns], Volatile.Read(ref least));
            foreach (var (u, v, atMost) in candidates)
            {
                // Between the two it is certain only in float64.
                var atLeast = atMost - blur;
                var similarity = atLeast < lowest || (atLeast < threshold && atMost >= threshold) ? vectors.Similarity(u, v) : atLeast;
                lowest = Math.Min(lowest, similarity);
                if (similarity < threshold) continue;
                rows[u - tile.Row] += weights[v];
                columns[v - tile.Column] += weights[u];
            }

            lock (links)
            {
                least = Math.Min(least, lowest);
                for (var i = 0; i < rows.Length; i++) links[tile.Row + i] += rows[i];
                for (var i = 0; i < columns.Length; i++) links[tile.Column + i] += columns[i];
            }
        }, stop);
        return (links, least);
    }
}
