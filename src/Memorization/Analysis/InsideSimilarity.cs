using System.Globalization;
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

    /// <summary>The medians of the largest families with two distinct images or more.</summary>
    /// <param name="database">The store.</param>
    /// <param name="options">How many families, and the seed.</param>
    public static IReadOnlyDictionary<string, double> Medians(StoreDatabase database, AnalysisOptions options)
    {
        var sizes = database.Query(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT family, count(DISTINCT content_id) FROM study GROUP BY family HAVING count(DISTINCT content_id) > 1
            ORDER BY count(*) DESC, family LIMIT {options.SimilarityFamilies}
            """), reader => (Family: reader.GetString(0), Contents: reader.GetInt64(1)));
        var medians = new Dictionary<string, double>();
        for (int start = 0, end; start < sizes.Count; start = end)
        {
            var contents = sizes[start].Contents;
            for (end = start + 1; end < sizes.Count && contents + sizes[end].Contents <= ContentsAtOnce; end++) contents += sizes[end].Contents;
            foreach (var (family, median) in Medians(database, [.. sizes.Skip(start).Take(end - start).Select(size => size.Family)], options.Seed)) medians.Add(family, median);
        }

        return medians;
    }

    private static List<(string Family, double Median)> Medians(StoreDatabase database, IReadOnlyList<string> families, int seed)
    {
        // Family ids are hexadecimal digits.
        var members = $"SELECT DISTINCT family, content_id FROM study WHERE family IN ('{string.Join("', '", families)}')";
        var contents = database.Query($"{members} ORDER BY ALL", reader => (Family: reader.GetString(0), Content: ContentKey.Parse(reader.GetString(1))));
        var vectors = StoredVectors.ReadSet(database, contents.Select(member => member.Content));
        return [.. contents.GroupBy(member => member.Family, member => vectors.Nodes[member.Content])
            .AsParallel().AsOrdered()
            .Select(family => (family.Key, Median(vectors.Distinct, [.. family], seed)))];
    }

    private static double Median(DistinctVectors vectors, IReadOnlyList<int> nodes, int seed)
    {
        var pairs = (long)nodes.Count * (nodes.Count - 1) / 2;
        var similarities = new double[Math.Min(pairs, MostPairs)];
        if (pairs <= MostPairs)
        {
            var at = 0;
            for (var i = 0; i < nodes.Count; i++)
                for (var j = 0; j < i; j++) similarities[at++] = vectors.Similarity(nodes[i], nodes[j]);
        }
        else
        {
            var random = new SplitMix64((ulong)seed);
            for (var at = 0; at < similarities.Length; at++)
            {
                var (i, j) = (random.Below(nodes.Count), random.Below(nodes.Count - 1));
                similarities[at] = vectors.Similarity(nodes[i], nodes[j < i ? j : j + 1]);
            }
        }

        Array.Sort(similarities);
        var middle = similarities.Length / 2;
        return similarities.Length % 2 == 1 ? similarities[middle] : (similarities[middle - 1] + similarities[middle]) / 2;
    }
}
