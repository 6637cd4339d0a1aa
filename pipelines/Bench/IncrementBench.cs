using System.Globalization;
using Memorization.Clustering;

namespace Memorization.Pipelines.Bench;

/// <summary>What changes of a hundredth of the vectors cost a forest that is there, beside finding it from nothing.</summary>
/// <remarks>The forest is held equal to the one from nothing after each, edge by edge.</remarks>
internal sealed class IncrementBench(int count, int width, double threshold, int threads, int runs)
{
    private const int Share = 100;

    public async Task<BenchResult> RunAsync(CancellationToken stop)
    {
        var vectors = ClusterBench.Vectors(count, width);
        var some = vectors.Where((_, i) => i % Share == 0).ToList();
        var forest = FromNothing(vectors);
        IReadOnlyList<ForestEdge> all = forest.Edges(), rest = FromNothing([.. vectors.Except(some)]).Edges();
        var times = await new Contest(runs)
            .Add("from nothing", () => FromNothing(vectors))
            .Add("removed", () => forest.Remove([.. some.Select(vector => vector.Key)], stop))
            .Check(() => forest.Edges().SequenceEqual(rest))
            .Add("inserted", () => forest.Insert(some, stop))
            .Check(() => forest.Edges().SequenceEqual(all))
            .Add("another threshold", () => forest.Cut((1 + threshold) / 2))
            .RunAsync(stop);
        var (nothing, inserted) = (times[0], times[2]);
        return new BenchResult
        {
            Bench = string.Create(CultureInfo.InvariantCulture, $"cluster {count} × {width}, threshold {threshold}, {some.Count} of them inserted into the others"),
            Unit = "vectors/s",
            Median = count / inserted.Median,
            Minimum = count / inserted.Seconds[^1],
            Maximum = count / inserted.Seconds[0],
            Runs = runs,
            Threads = threads,
            Versions = Versions.All(),
            Peers = [new BenchPeer(nothing.Name, count / nothing.Median, nothing.Median / inserted.Median)],
            Details = new Dictionary<string, double>(times.Select(entry => KeyValuePair.Create($"milliseconds, {entry.Name}", entry.Median * 1000)))
            {
                ["removed, times as fast as from nothing"] = nothing.Median / times[1].Median,
                ["peak_bytes"] = PeakMemory.Bytes(),
            },
        };

        SpanningForest FromNothing(List<KeyedVector> vectors)
        {
            var forest = new SpanningForest(width, new ClusterOptions { StoreThreshold = threshold, Parallelism = threads });
            forest.Insert(vectors, stop);
            return forest;
        }
    }
}
