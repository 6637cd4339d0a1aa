using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Memorization.Configuration;
using Memorization.Images;
using SkiaSharp;

namespace Memorization.Pipelines.Bench;

/// <summary>Encoded images in memory to CLIP's pixels, beside Pillow and OpenCV doing the same files with as many threads.</summary>
/// <remarks>How many images have Pillow's pixels to the bit is counted, and how far scaled decoding is from them.</remarks>
internal sealed class DecodeBench(IReadOnlyList<byte[]> images, int threads, int runs)
{
    private const int Side = ClipPixels.Side;

    public async Task<BenchResult> RunAsync(CancellationToken stop)
    {
        if (images.Count == 0) throw new SetupException("--images has no image that decodes");
        var folder = Directory.CreateTempSubdirectory("memorization-bench-");
        IReadOnlyList<PythonPeer> peers = [];
        try
        {
            for (var i = 0; i < images.Count; i++) await File.WriteAllBytesAsync(Path.Combine(folder.FullName, i.ToString("D6", CultureInfo.InvariantCulture)), images[i], stop);
            peers = await PythonPeer.StartAsync(folder.FullName, Side, threads);
            return await RunAsync(peers, stop);
        }
        finally
        {
            foreach (var peer in peers) peer.Dispose();
            folder.Delete(recursive: true);
        }
    }

    private async Task<BenchResult> RunAsync(IReadOnlyList<PythonPeer> peers, CancellationToken stop)
    {
        ImageDecoder exact = new(), scaled = new(new DecodeOptions { ScaledJpeg = true });
        var contest = new Contest(runs)
            .Add("decode", () => Each(image => Pixels(exact, image)))
            .Add("scaled JPEG", () => Each(image => Pixels(scaled, image)))
            .Add("SkiaSharp's decoding alone", () => Each(DecodeAlone));
        foreach (var peer in peers) contest.Add(peer.Name, peer.RunAsync);
        var times = await contest.RunAsync(stop);
        var details = new Dictionary<string, double>
        {
            ["images"] = images.Count,
            ["kilopixels of an image, mean"] = images.Average(image => Decoded(exact, image) is { } pixels ? pixels.Width * (double)pixels.Height : 0) / 1000,
            ["bytes of an image, mean"] = images.Average(image => image.Length),
        };
        foreach (var peer in peers.Where(peer => peer.Name.StartsWith("Pillow", StringComparison.Ordinal)))
        {
            var hashes = await peer.HashesAsync();
            details["images with Pillow's pixels to the bit"] = images.Where((image, i) => Convert.ToHexStringLower(SHA256.HashData(Pixels(exact, image))) == hashes[i]).Count();
        }

        var (sum, greatest) = (0L, 0);
        foreach (var image in images)
        {
            foreach (var (a, b) in Pixels(exact, image).Zip(Pixels(scaled, image))) (sum, greatest) = (sum + Math.Abs(a - b), Math.Max(greatest, Math.Abs(a - b)));
        }

        details["thousandths of a level between scaled and exact, mean"] = sum * 1000.0 / (images.Count * Side * Side * 3);
        details["levels between scaled and exact, greatest"] = greatest;
        details["peak_bytes"] = PeakMemory.Bytes();
        return new BenchResult
        {
            Bench = "decode",
            Unit = "images/s",
            Median = images.Count / times[0].Median,
            Minimum = images.Count / times[0].Seconds[^1],
            Maximum = images.Count / times[0].Seconds[0],
            Runs = runs,
            Threads = threads,
            Versions = Versions.All(),
            Peers = [.. times.Skip(1).Select(peer => new BenchPeer(peer.Name, images.Count / peer.Median, peer.Median / times[0].Median))],
            Details = details,
        };
    }

    private void Each(Action<byte[]> act)
    {
        if (threads > 1)
        {
            Parallel.ForEach(images, new ParallelOptions { MaxDegreeOfParallelism = threads }, act);
            return;
        }

        foreach (var image in images) act(image);
    }

    private static byte[] Pixels(ImageDecoder decoder, byte[] image) => Decoded(decoder, image)!.Rgb;

    private static ClipPixels? Decoded(ImageDecoder decoder, byte[] image) => decoder.Decode(image).IsKept(out var pixels) ? pixels : null;

    private static void DecodeAlone(byte[] image)
    {
        using var data = SKData.CreateCopy(image);
        using var codec = SKCodec.Create(data);
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var pixels = Marshal.AllocHGlobal(info.BytesSize);
        codec.GetPixels(info, pixels);
        Marshal.FreeHGlobal(pixels);
    }
}
