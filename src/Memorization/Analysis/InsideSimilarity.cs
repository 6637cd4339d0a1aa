using Memorization.Clustering;
using Memorization.Statistics;

namespace Memorization.Analysis;

/// <summary>How alike the distinct images of a family are: the median cosine similarity of its pairs.</summary>
internal static class InsideSimilarity
{
    /// <summary>Pairs of one family that are compared: a family of 447 images has so many; of more images so many are drawn, which leaves the median right to about 0.2 % of the ranks.</summary>
    public const int MostPairs = 100_000;

    // Images whose vectors are held at once: of 512 numbers each, 500 MB. Each time all embeddings are read.
    private const int ContentsAtOnce = 400_000;

    /// <summary>The families whose medians are computed: the largest with two distinct images or more. Those of one part are computed together.</summary>
    /// <param name="families">The distinct images of families, largest family first.</param>
    /// <param name="options">How many families.</param>
    public static IReadOnlyList<IReadOnlyList<(int Family, ContentKey[] Contents)>> Parts(IEnumerable<(int Family, ContentKey[] Contents)> families, AnalysisOptions options)
    {
        List<List<(int Family, ContentKey[] Contents)>> parts = [];
        var contents = 0;
        foreach (var family in families.Where(family => family.Contents.Length > 1).Take(options.SimilarityFamilies))
        {
            contents += family.Contents.Length;
            if (parts.Count == 0 || contents > ContentsAtOnce)
            {
                parts.Add([]);
                contents = family.Contents.Length;
            }

            parts[^1].Add(family);
        }

        return parts;
    }

    /// <summary>Their medians, by family.</summary>
    /// <param name="vectors">The store's embeddings.</param>
    /// <param name="parts">The families.</param>
    /// <param name="seed">Of the pairs that are drawn.</param>
    public static IReadOnlyDictionary<int, double> Medians(AnalysisVectors vectors, IEnumerable<IReadOnlyList<(int Family, ContentKey[] Contents)>> parts, int seed)
    {
        var medians = new Dictionary<int, double>();
        foreach (var part in parts)
        {
            var set = vectors.Of([.. part.SelectMany(family => family.Contents)]);
            var found = part.AsParallel().AsOrdered().Select(family => Median(set.Distinct, Array.ConvertAll(family.Contents, content => set.Nodes[content]), seed));
            foreach (var (family, median) in part.Zip(found)) medians.Add(family.Family, median);
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
