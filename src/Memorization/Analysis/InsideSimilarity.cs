using Memorization.Clustering;
using Memorization.Statistics;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>How alike the distinct images of a family are: the median cosine similarity of its pairs.</summary>
internal static class InsideSimilarity
{
    /// <summary>Pairs of one family that are compared: a family of 447 images has so many; of more images so many are drawn, which leaves the median right to about 0.2 % of the ranks.</summary>
    public const int MostPairs = 100_000;

    // Images whose vectors are held at once: of 512 numbers each, 500 MB. Each time all embeddings are read.
    private const int ContentsAtOnce = 400_000;

    /// <summary>The medians of the largest families with two distinct images or more, by family.</summary>
    /// <param name="database">The store.</param>
    /// <param name="families">The distinct images of families, largest family first.</param>
    /// <param name="options">Of how many families, and the seed.</param>
    public static IReadOnlyDictionary<int, double> Medians(StoreDatabase database, IEnumerable<(int Family, ContentKey[] Contents)> families, AnalysisOptions options)
    {
        var largest = families.Where(family => family.Contents.Length > 1).Take(options.SimilarityFamilies).ToList();
        var medians = new Dictionary<int, double>();
        for (int start = 0, end; start < largest.Count; start = end)
        {
            var contents = largest[start].Contents.Length;
            for (end = start + 1; end < largest.Count && contents + largest[end].Contents.Length <= ContentsAtOnce; end++) contents += largest[end].Contents.Length;
            var some = largest[start..end];
            var vectors = StoredVectors.ReadSet(database, some.SelectMany(family => family.Contents));
            var found = some.AsParallel().AsOrdered().Select(family => Median(vectors.Distinct, Array.ConvertAll(family.Contents, content => vectors.Nodes[content]), options.Seed));
            foreach (var (family, median) in some.Zip(found)) medians.Add(family.Family, median);
        }

        return medians;
    }

    private static double Median(DistinctVectors vectors, int[] nodes, int seed)
    {
        var pairs = (long)nodes.Length * (nodes.Length - 1) / 2;
        var similarities = new double[Math.Min(pairs, MostPairs)];
        if (pairs <= MostPairs)
        {
            var at = 0;
            for (var i = 0; i < nodes.Length; i++)
                for (var j = 0; j < i; j++) similarities[at++] = vectors.Similarity(nodes[i], nodes[j]);
        }
        else
        {
            var random = new SplitMix64((ulong)seed);
            for (var at = 0; at < similarities.Length; at++)
            {
                var (i, j) = (random.Below(nodes.Length), random.Below(nodes.Length - 1));
                similarities[at] = vectors.Similarity(nodes[i], nodes[j < i ? j : j + 1]);
            }
        }

        Array.Sort(similarities);
        var middle = similarities.Length / 2;
        return similarities.Length % 2 == 1 ? similarities[middle] : (similarities[middle - 1] + similarities[middle]) / 2;
    }
}
