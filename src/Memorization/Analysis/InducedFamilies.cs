using Memorization.Clustering;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>The families that some of a study's rows are among themselves, without the images of the others that may have linked them.</summary>
/// <remarks>
/// Images that an edge of the study's forest links are one family still. Only where that leaves a family in parts are its images compared, and only those of
/// different parts: images of different families are never linked.
/// </remarks>
internal static class InducedFamilies
{
    /// <summary>The rows of each family among the rows given, largest first; equal ones by their first row.</summary>
    /// <param name="database">The store, at its snapshot.</param>
    /// <param name="corpus">The study's rows.</param>
    /// <param name="forest">Its forest.</param>
    /// <param name="rows">Some of them, ascending.</param>
    /// <param name="options">Parallelism of comparing.</param>
    public static IReadOnlyList<IReadOnlyList<int>> Of(StoreDatabase database, CaptionCorpus corpus, StudyForest forest, IReadOnlyList<int> rows, ClusterOptions options)
    {
        var threshold = database.ThresholdAndSnapshot.Threshold;
        var isAsked = new bool[forest.Contents.Count];
        foreach (var row in rows) isAsked[forest.OfRows[row]] = true;
        var edges = forest.Edges.TakeWhile(edge => edge.Similarity >= threshold).Where(edge => isAsked[edge.U] && isAsked[edge.V]).ToList();
        var parts = new DisjointSets(forest.Contents.Count);
        foreach (var edge in edges) parts.Union(edge.U, edge.V, edge.Similarity);

        var families = corpus.FamilyOfRows();
        var fallen = rows.GroupBy(row => families[row], (_, mine) => mine.Select(row => forest.OfRows[row]).Distinct().ToArray())
            .Where(images => Array.Exists(images, image => parts.Find(image) != parts.Find(images[0]))).ToList();
        if (fallen.Count > 0) Reconnect(database, forest, fallen, edges, parts, threshold, options);
        return [.. rows.GroupBy(row => parts.Find(forest.OfRows[row]), (_, mine) => mine.ToList()).OrderByDescending(family => family.Count).ThenBy(family => family[0])];
    }

    private static void Reconnect(
        StoreDatabase database, StudyForest forest, List<int[]> families, List<NodeEdge> edges, DisjointSets parts, double threshold, ClusterOptions options)
    {
        // Images with the same embedding are one node.
        var vectors = StoredVectors.Read(database, families.SelectMany(images => images).Select(image => forest.Contents[image]));
        var nodes = families.SelectMany(images => images).ToDictionary(image => image, image => vectors.Nodes[forest.Contents[image]]);
        var first = new Dictionary<int, int>();
        foreach (var (image, node) in nodes)
            if (!first.TryAdd(node, image)) parts.Union(first[node], image, threshold);
        var left = edges.Where(edge => nodes.ContainsKey(edge.U)).Select(edge => new NodeEdge(nodes[edge.U], nodes[edge.V], edge.Similarity)).ToList();
        var join = new FragmentJoin(vectors.Distinct, threshold, options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism);
        foreach (var edge in join.Reconnect(left, families.Select(images => images.Select(image => nodes[image]).Distinct()), CancellationToken.None))
            parts.Union(first[edge.U], first[edge.V], threshold);
    }
}
