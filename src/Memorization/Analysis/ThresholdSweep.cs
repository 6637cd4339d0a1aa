using Memorization.Clustering;
using Memorization.Statistics;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>The families at another threshold, exactly, from the forest.</summary>
/// <param name="Threshold">Cosine similarity at or above which two images are linked.</param>
/// <param name="IsStudys">Whether it is the study's.</param>
/// <param name="Families">Families, single images included.</param>
/// <param name="FamiliesOfTwo">Families of two rows or more.</param>
/// <param name="RowsInFamilies">Rows in these.</param>
/// <param name="LargestRows">Rows in the largest family.</param>
/// <param name="LargestShare">The same among all rows.</param>
/// <param name="Agreement">Adjusted Rand index over rows with the families at the study's threshold.</param>
public sealed record ThresholdStep(
    double Threshold, bool IsStudys, long Families, long FamiliesOfTwo, long RowsInFamilies, long LargestRows, double LargestShare, double Agreement)
{
    /// <summary>The families at every hundredth from the similarity down to which the store keeps links, and at the study's threshold.</summary>
    internal static IReadOnlyList<ThresholdStep> Sweep(StoreDatabase database, StudyForest forest)
    {
        if (forest.Contents.Count == 0) return [];
        var snapshot = database.Snapshot ?? throw new ArgumentException("the store was not opened at a snapshot", nameof(database));
        var rows = new long[forest.Contents.Count];
        foreach (var image in forest.OfRows) rows[image]++;

        // Best first: on the way down each threshold adds its edges to those above.
        var sets = new DisjointSets(rows.Length);
        var used = 0;
        List<(double Threshold, int[] Parts)> partitions = [];
        foreach (var threshold in Thresholds(snapshot))
        {
            for (; used < forest.Edges.Count && forest.Edges[used].Similarity >= threshold; used++)
                sets.Union(forest.Edges[used].U, forest.Edges[used].V, forest.Edges[used].Similarity);
            partitions.Add((threshold, [.. Enumerable.Range(0, rows.Length).Select(sets.Find)]));
        }

        var studys = partitions.First(partition => partition.Threshold == snapshot.Threshold).Parts;
        return [.. partitions.AsParallel().AsOrdered().Select(partition => Of(partition.Threshold, partition.Threshold == snapshot.Threshold, partition.Parts, studys, rows)).Reverse()];
    }

    private static IEnumerable<double> Thresholds(Snapshot snapshot) => Enumerable.Range(0, 101).Select(hundredth => hundredth / 100.0)
        .Where(threshold => threshold > snapshot.StoreThreshold && threshold <= 1)
        .Append(snapshot.StoreThreshold).Append(snapshot.Threshold).Distinct().OrderDescending();

    private static ThresholdStep Of(double threshold, bool isStudys, int[] parts, int[] studys, long[] weights)
    {
        var sizes = parts.Zip(weights).GroupBy(pair => pair.First, (_, mine) => mine.Sum(pair => pair.Second)).ToList();
        return new ThresholdStep(
            threshold, isStudys, sizes.Count, sizes.LongCount(size => size > 1), sizes.Where(size => size > 1).Sum(), sizes.Max(),
            (double)sizes.Max() / weights.Sum(), AdjustedRandIndex.Of(parts, studys, weights));
    }
}
