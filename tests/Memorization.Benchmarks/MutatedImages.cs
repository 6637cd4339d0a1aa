using System.Collections.Concurrent;
using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Memorization.Images;
using Memorization.Tests.Images;
using SkiaSharp;

namespace Memorization.Benchmarks;

/// <summary>Damaged images through the whole decoder, with its processes: every one must get an outcome, soon, in little memory.</summary>
/// <remarks>The images are those of an archive (../shared/corpora/hostile/images.tar.gz) and some made here, among them large ones.</remarks>
internal static class MutatedImages
{
    private const double TimeLimit = 1;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private const long MostMemory = 800_000_000;

    /// <summary>How this program serves its own decoder.</summary>
    public static IReadOnlyList<string> Command => Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
        ? [Environment.ProcessPath!, Environment.GetCommandLineArgs()[0], "decode-worker"]
        : [Environment.ProcessPath!, "decode-worker"];

    public static async Task<int> RunAsync(string archive, int count, int seed)
    {
        var sources = Archived(archive).Concat(Made()).ToList();
        var options = new DecodeOptions { TimeLimitSeconds = TimeLimit };
        var outcomes = new ConcurrentDictionary<string, int>();
        var slowest = new ConcurrentBag<(double Seconds, int Number, string Source, string Outcome)>();
        using var ended = new CancellationTokenSource();
        var started = Stopwatch.GetTimestamp();
        (long All, long Own) peak;
        await using (var workers = new DecodeWorkers(Command, options))
        {
            var decoder = new ImageDecoder(options, workers: workers);
            var watching = Task.Run(() => PeakAsync(workers, ended.Token));
            await Parallel.ForAsync(0, count, async (number, stop) =>
            {
                var random = new Random((seed * 1_000_003) + number);
                var (name, source) = sources[number % sources.Count];
                var image = Mutation.Apply(source, random);
                var start = Stopwatch.GetTimestamp();
                var outcome = await decoder.DecodeAsync(image, stop);
                var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                var kind = outcome.Rejection?.Reason.ToString() ?? "kept";
                outcomes.AddOrUpdate(kind, 1, (_, before) => before + 1);
                if (seconds > 0.5) slowest.Add((seconds, number, name, outcome.ToString()));
            });
            await ended.CancelAsync();
            peak = await watching;
        }

        Print($"{count} images of {sources.Count} sources, seed {seed}, {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s, peak of all processes {peak.All / 1e6:F0} MB, of which {peak.Own / 1e6:F0} MB this one's");
        foreach (var (kind, number) in outcomes.OrderByDescending(pair => pair.Value)) Print($"| {kind} | {number} |");
        foreach (var (seconds, number, name, outcome) in slowest.OrderDescending().Take(10)) Print($"{seconds:F2} s: {number} {name} {outcome}");
        Print($"over half a second: {slowest.Count}");
        var heap = GC.GetGCMemoryInfo(GCKind.Any);
        Print($"heap {heap.HeapSizeBytes / 1e6:F0} MB, fragmented {heap.FragmentedBytes / 1e6:F0} MB, committed {heap.TotalCommittedBytes / 1e6:F0} MB, {GC.CollectionCount(2)} full collections, {ThreadPool.ThreadCount} threads");
        var isSound = outcomes.Values.Sum() == count && !outcomes.ContainsKey("DecoderCrashed") && slowest.All(one => one.Seconds < Soon.TotalSeconds) && peak.All < MostMemory;
        Print($"{(isSound ? "passed" : "FAILED")}");
        return isSound ? 0 : 1;
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static async Task<(long All, long Own)> PeakAsync(DecodeWorkers workers, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        (long All, long Own) peak = default;
        while (!stop.IsCancellationRequested)
        {
            var own = Resident(Environment.ProcessId);
            var all = own + workers.ProcessIds.Sum(Resident);
            if (all > peak.All) peak = (all, own);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return peak;
    }

    // Linux; a process may end while it is looked at.
    private static long Resident(int process)
    {
        try
        {
            var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status")).FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line["VmRSS:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Archived(string path)
    {
        using var file = File.OpenRead(path);
        using var archive = new TarReader(new GZipStream(file, CompressionMode.Decompress));
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null) continue;
            var bytes = new byte[entry.Length];
            entry.DataStream.ReadExactly(bytes);
            yield return (entry.Name, bytes);
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Made()
    {
        foreach (var format in new[] { SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp })
        {
            yield return ($"made {format}", Encoded.ByEncoder(format, 640, 480));
            yield return ($"made large {format}", Encoded.ByEncoder(format, 1600, 1200));
        }

        yield return ("made GIF", Encoded.Gif(color: 5, transparent: 5, left: 3));
        yield return ("made 16-bit PNG", Encoded.Png(200, 100, 16, colorType: 0, Encoded.Noise(200, 50)));
        yield return ("made interlaced PNG", Encoded.InterlacedPng(700, 500));
        yield return ("made lossless WebP", Encoded.LosslessWebp(800, 600));
        yield return ("made flat PNG of 99 megapixels", Flat(9900, 10_000, SKColorType.Gray8));
        yield return ("made flat interlaced PNG of 24 megapixels", Interlaced(Flat(6000, 4000, SKColorType.Rgba8888)));
    }

    // The pixels are native, so that they are gone before memory is watched.
    private static byte[] Flat(int width, int height, SKColorType type)
    {
        using var bitmap = new SKBitmap(width, height, type, SKAlphaType.Opaque);
        bitmap.Erase(SKColors.SeaGreen);
        return bitmap.Encode(SKEncodedImageFormat.Png, 100)!.ToArray();
    }

    // The rows are not those of an interlaced image, and there are enough of them.
    private static byte[] Interlaced(byte[] png)
    {
        png[28] = 1;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), System.IO.Hashing.Crc32.HashToUInt32(png.AsSpan(12, 17)));
        return png;
    }
}
