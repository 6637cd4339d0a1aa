using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Memorization.Clustering;

namespace Memorization.Pipelines.Bench;

/// <summary>The families of made vectors, from float16 rows in memory to the forest, with prefixes first and without them.</summary>
/// <remarks>The forests of all runs are held equal, edge by edge.</remarks>
internal sealed class ClusterBench(int count, int width, double threshold, int threads, int runs)
{
    public async Task<BenchResult> RunAsync(CancellationToken stop)
    {
        var vectors = MadeVectors.Make(count, width, seed: 1).Select((values, i) => new KeyedVector(Key(i), values)).ToList();
        IReadOnlyList<ForestEdge>? edges = null;
        var times = await new Contest(runs)
            .Add("prefixes first", () => Forest(usePrefixes: true))
            .Add("whole vectors", () => Forest(usePrefixes: false))
            .RunAsync(stop);
        return new BenchResult
        {
            Bench = string.Create(CultureInfo.InvariantCulture, $"cluster {count} × {width}, threshold {threshold}"),
            Unit = "vectors/s",
            Median = count / times[0].Median,
            Minimum = count / times[0].Seconds[^1],
            Maximum = count / times[0].Seconds[0],
            Runs = runs,
            Threads = threads,
            Versions = Versions.All(),
            Peers = [new BenchPeer(times[1].Name, count / times[1].Median, times[1].Median / times[0].Median)],
            Details = new Dictionary<string, double>
            {
                ["milliseconds"] = times[0].Median * 1000,
                ["edges of the forest"] = edges!.Count,
                ["peak_bytes"] = PeakMemory.Bytes(),
            },
        };

        Task Forest(bool usePrefixes)
        {
            var forest = new SpanningForest(width, new ClusterOptions { StoreThreshold = threshold, Parallelism = threads }, usePrefixes);
            forest.Insert(vectors, stop);
            var found = forest.Edges();
            edges ??= found;
            return edges.SequenceEqual(found) ? Task.CompletedTask : throw new InvalidOperationException("the forests differ");
        }
    }

    private static ContentKey Key(int i)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, i);
        return ContentKey.FromBytes(SHA256.HashData(number));
    }
}
