using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Memorization.Clustering;

namespace Memorization.Pipelines.Bench;

/// <summary>The families of made vectors, from float16 rows in memory to the forest, by each kind of filter.</summary>
/// <remarks>The forests of all runs are held equal, edge by edge.</remarks>
internal sealed class ClusterBench(int count, int width, double threshold, int threads, int runs)
{
    public async Task<BenchResult> RunAsync(CancellationToken stop)
    {
        var vectors = Vectors(count, width);
        IReadOnlyList<ForestEdge>? edges = null;
        var times = await new Contest(runs)
            .Add("the filter chosen", () => Forest(PairFilterKind.Automatic))
            .Add("prefixes in float32", () => Forest(PairFilterKind.Prefix))
            .Add("whole vectors", () => Forest(PairFilterKind.Whole))
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
            Peers = [.. times.Skip(1).Select(peer => new BenchPeer(peer.Name, count / peer.Median, peer.Median / times[0].Median))],
            Details = new Dictionary<string, double>
            {
                ["milliseconds"] = times[0].Median * 1000,
                ["edges of the forest"] = edges!.Count,
                ["peak_bytes"] = PeakMemory.Bytes(),
            },
        };

        Task Forest(PairFilterKind filter)
        {
            var forest = new SpanningForest(width, new ClusterOptions { StoreThreshold = threshold, Parallelism = threads }, filter);
            forest.Insert(vectors, stop);
            var found = forest.Edges();
            edges ??= found;
            return edges.SequenceEqual(found) ? Task.CompletedTask : throw new InvalidOperationException("the forests differ");
        }
    }

    /// <summary>Made vectors under keys that do not come in order.</summary>
    public static List<KeyedVector> Vectors(int count, int width) =>
        [.. MadeVectors.Make(count, width, seed: 1).Select((values, i) => new KeyedVector(Key(i), values))];

    private static ContentKey Key(int i)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(number, i);
        return ContentKey.FromBytes(SHA256.HashData(number));
    }
}
