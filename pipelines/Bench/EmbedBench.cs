using System.Diagnostics;
using System.Globalization;
using Memorization.Captions;
using Memorization.Clip;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Images;
using Memorization.Rows;

namespace Memorization.Pipelines.Bench;

/// <summary>The embedding of made pictures, by batch size: the model alone, over batches that lie in the host's memory, and the whole Embed stage.</summary>
/// <remarks>
/// Both count the copies of uint8 pixels to the device and of embeddings back. The stage adds what a study needs: each image's copy into its batch,
/// its normalisation in float64 and its answer.
/// </remarks>
internal sealed class EmbedBench(ModelOptions options, IReadOnlyList<int> batchSizes, int images, int runs)
{
    private const int Pictures = 64;

    private DecodedImage[] _rows = [];

    public async Task<BenchResult> RunAsync(CancellationToken stop)
    {
        List<Measured> measured = [];
        foreach (var size in batchSizes) measured.Add(await MeasureAsync(options with { BatchSize = size }, stop));
        var best = measured.MaxBy(one => one.Stage.Median)!;
        var details = new Dictionary<string, double>();
        foreach (var one in measured)
        {
            details[Name(one, "model alone")] = one.Model.Median;
            details[Name(one, "stage")] = one.Stage.Median;
        }

        foreach (var (name, value) in best.TimeBySpan) details[Name(best, name)] = value;
        details["peak_bytes"] = PeakMemory.Bytes();
        return new BenchResult
        {
            Bench = string.Create(CultureInfo.InvariantCulture, $"embed {best.ModelName}, {options.Precision}, {string.Join(", ", best.Devices)}, batch {best.BatchSize}"),
            Unit = "images/s",
            Median = best.Stage.Median,
            Minimum = best.Stage.Least,
            Maximum = best.Stage.Most,
            Runs = runs,
            Threads = best.Lanes,
            Versions = Versions.All(),
            Peers = [new BenchPeer("the model alone", best.Model.Median, best.Stage.Median / best.Model.Median)],
            Details = details,
        };

        static string Name(Measured one, string what) => string.Create(CultureInfo.InvariantCulture, $"batch {one.BatchSize}, {what}");
    }

    private async Task<Measured> MeasureAsync(ModelOptions options, CancellationToken stop)
    {
        Speeds model, stage;
        EmbedderCounters before, after;
        await using var embedder = new Embedder(options, TimeProvider.System);
        if (_rows.Length == 0) _rows = [.. Enumerable.Range(1, Pictures).AsParallel().Select(seed => Row(MadePicture.Rgb(seed, embedder.Model.Side), embedder.Model.Side))];
        using (var encoder = ImageEncoder.Open(options))
        {
            var lanes = Enumerable.Range(0, encoder.RunsPerDevice * encoder.Devices.Count)
                .Select(lane => (Batch: Filled(encoder, lane % encoder.Devices.Count), Thread: new LaneThread("bench"))).ToList();
            await RunBatchesAsync(lanes, 2 * lanes.Count);
            model = await SpeedsAsync(() => RunBatchesAsync(lanes, Math.Max(images / encoder.BatchSize, lanes.Count)), stop);
            foreach (var (batch, thread) in lanes)
            {
                thread.Dispose();
                batch.Dispose();
            }
        }

        await RunStageAsync(embedder, images / 4 + 1, stop);
        before = embedder.Counters;
        stage = await SpeedsAsync(() => RunStageAsync(embedder, images, stop), stop);
        after = embedder.Counters;
        var answered = after.Images - before.Images;
        return new Measured(embedder.Model.Name, [.. after.Devices.Select(device => device.Name)], after.BatchSize, embedder.Parallelism / after.BatchSize - 1, model, stage, new Dictionary<string, double>
        {
            ["fill, %"] = 100 * after.AverageFill,
            ["copying, ns/image"] = Nanoseconds(counters => counters.Copying),
            ["in session, ns/image"] = Nanoseconds(counters => counters.InSession),
            ["answering, ns/image"] = Nanoseconds(counters => counters.Answering),
            ["waiting for input, ns/image"] = Nanoseconds(counters => counters.WaitingForInput),
            ["waiting for the device, ns/image"] = Nanoseconds(counters => counters.WaitingForDevice),
        });

        double Nanoseconds(Func<EmbedderCounters, TimeSpan> read) => (read(after) - read(before)).TotalNanoseconds / answered;
    }

    private EncoderBatch Filled(ImageEncoder encoder, int device)
    {
        var batch = encoder.AllocateBatch(device);
        for (var i = 0; i < batch.Size; i++) batch.Put(i, _rows[i % Pictures].Pixels.Rgb);
        return batch;
    }

    // Each lane runs its batch again and again until all have run so often together.
    private static async Task<int> RunBatchesAsync(List<(EncoderBatch Batch, LaneThread Thread)> lanes, int count)
    {
        var left = count;
        var runs = await Task.WhenAll(lanes.Select(lane => lane.Thread.RunAsync(() =>
        {
            var images = 0;
            for (; Interlocked.Decrement(ref left) >= 0; images += lane.Batch.Size) lane.Batch.Run();
            return images;
        })));
        return runs.Sum();
    }

    private async Task<int> RunStageAsync(Embedder embedder, int count, CancellationToken stop)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, embedder.Parallelism).Select(_ => Task.Run(
            async () =>
            {
                for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                {
                    if ((await embedder.RunAsync(_rows[i % Pictures], stop)).Rejection is { } rejection) throw new InvalidOperationException($"image {i}: {rejection.Reason}");
                }
            }, stop)));
        return count;
    }

    private async Task<Speeds> SpeedsAsync(Func<Task<int>> run, CancellationToken stop)
    {
        List<double> speeds = [];
        for (var i = 0; i < runs; i++)
        {
            stop.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            var count = await run();
            speeds.Add(count / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        speeds.Sort();
        return new Speeds(speeds[0], (speeds[(runs - 1) / 2] + speeds[runs / 2]) / 2, speeds[^1]);
    }

    private static DecodedImage Row(byte[] rgb, int side)
    {
        var url = new Uri("http://example.org/");
        var row = new LaionRow { Key = 1, Unit = default, RowInGroup = 0, Url = url.AbsoluteUri, Caption = "" };
        var fetched = new FetchedImage(new SelectedRow(row, url, 0), default, "", null, new FetchRecord(200, 1, DateTimeOffset.UnixEpoch, TimeSpan.Zero));
        return new DecodedImage(fetched, new ClipPixels(rgb, side, side, "png"));
    }

    // Images per second.
    private sealed record Speeds(double Least, double Median, double Most);

    private sealed record Measured(
        string ModelName, IReadOnlyList<string> Devices, int BatchSize, int Lanes, Speeds Model, Speeds Stage, IReadOnlyDictionary<string, double> TimeBySpan);
}
