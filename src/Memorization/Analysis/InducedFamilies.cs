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
    /// <summary>For each set of rows the rows of each family among them, largest first; equal ones by their first row.</summary>
    /// <param name="database">The store, at its snapshot.</param>
    /// <param name="corpus">The study's rows.</param>
    /// <param name="forest">Its forest.</param>
    /// <param name="sets">Some of the rows, ascending, in each set.</param>
    /// <param name="vectors">The store's embeddings.</param>
    /// <param name="options">Parallelism of comparing.</param>
    public static IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> Of(
        StoreDatabase database, CaptionCorpus corpus, StudyForest forest, IReadOnlyList<IReadOnlyList<int>> sets, AnalysisVectors vectors, ClusterOptions options)
    {
        var threshold = database.ThresholdAndSnapshot.Threshold;
        var families = corpus.FamilyOfRows();
        var sizes = new int[corpus.Families.Count];
        foreach (var (_, family) in forest.OfRows.Zip(families).DistinctBy(row => row.First)) sizes[family]++;
        var broken = sets.Select(rows => BrokenSet.Of(forest, families, sizes, rows, threshold)).ToList();

        var found = vectors.Of([.. broken.SelectMany(set => set.Images).Select(image => forest.Contents[image]).Distinct()]);
        foreach (var set in broken.Where(set => set.Families.Count > 0)) set.Reconnect(forest, found, threshold, options);
        return [.. sets.Zip(broken, (rows, set) => (IReadOnlyList<IReadOnlyList<int>>)[.. rows
            .GroupBy(row => set.Parts.Find(forest.OfRows[row]), (_, mine) => mine.ToList()).OrderByDescending(family => family.Count).ThenBy(family => family[0])])];
    }

    /// <summary>What the forest leaves of the families of some rows.</summary>
    /// <param name="Edges">Its edges among their images.</param>
    /// <param name="Parts">What these unite.</param>
    /// <param name="Families">The images of each family that is in parts.</param>
    private sealed record BrokenSet(List<NodeEdge> Edges, DisjointSets Parts, List<int[]> Families)
    {
        public IEnumerable<int> Images => Families.SelectMany(images => images);

        public static BrokenSet Of(StudyForest forest, int[] families, int[] sizes, IReadOnlyList<int> rows, double threshold)
        {
            var isAsked = new bool[forest.Contents.Count];
            foreach (var row in rows) isAsked[forest.OfRows[row]] = true;
            var edges = forest.Edges.TakeWhile(edge => edge.Similarity >= threshold).Where(edge => isAsked[edge.U] && isAsked[edge.V]).ToList();
            var parts = new DisjointSets(forest.Contents.Count);
            foreach (var edge in edges) parts.Union(edge.U, edge.V, edge.Similarity);
            List<int[]> broken = [];
            foreach (var (family, images) in rows.GroupBy(row => families[row], (family, mine) => (family, mine.Select(row => forest.OfRows[row]).Distinct().ToArray())))
            {
                // With all of its images a family is what it was.
                if (images.Length == sizes[family]) foreach (var image in images) parts.Union(images[0], image, threshold);
                else if (Array.Exists(images, image => parts.Find(image) != parts.Find(images[0]))) broken.Add(images);
            }

            return new BrokenSet(edges, parts, broken);
        }

        public void Reconnect(StudyForest forest, VectorSet vectors, double threshold, ClusterOptions options)
        {
            // Images with the same embedding are one node.
            var nodes = Images.ToDictionary(image => image, image => vectors.Nodes[forest.Contents[image]]);
            var first = new Dictionary<int, int>();
            foreach (var (image, node) in nodes)
                if (!first.TryAdd(node, image)) Parts.Union(first[node], image, threshold);
            var left = Edges.Where(edge => nodes.ContainsKey(edge.U)).Select(edge => new NodeEdge(nodes[edge.U], nodes[edge.V], edge.Similarity)).ToList();
            var join = new FragmentJoin(vectors.Distinct, threshold, options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism);
            foreach (var edge in join.Reconnect(left, Families.Select(images => images.Select(image => nodes[image]).Distinct()), CancellationToken.None))
                Parts.Union(first[edge.U], first[edge.V], threshold);
        }
    }
}
