using System.Diagnostics;
using System.Globalization;
using Memorization.Images;
using Memorization.Tests.Images;
using SkiaSharp;

namespace Memorization.Benchmarks;

/// <summary>What a way through a decoder's process costs beside decoding here.</summary>
internal static class WorkerCost
{
    private const int Rounds = 101;

    public static async Task RunAsync(IReadOnlyList<string> command)
    {
        var decoder = new ImageDecoder();
        foreach (var (width, height) in new[] { (300, 200), (2000, 1500), (4000, 3000) })
        {
            var image = Encoded.ByEncoder(SKEncodedImageFormat.Jpeg, width, height);
            await using var workers = new DecodeWorkers(command, new DecodeOptions());
            var start = Stopwatch.GetTimestamp();
            await workers.DecodeAsync(image, memory: 0, CancellationToken.None);
            var first = Stopwatch.GetElapsedTime(start);
            var (here, there) = (new List<double>(), new List<double>());
            for (var round = 0; round < (width > 1000 ? Rounds / 5 : Rounds); round++)
            {
                start = Stopwatch.GetTimestamp();
                decoder.Decode(image);
                here.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                start = Stopwatch.GetTimestamp();
                await workers.DecodeAsync(image, memory: 0, CancellationToken.None);
                there.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{width}×{height}, {image.Length / 1000} kB: here {Median(here):F2} ms, there {Median(there):F2} ms, the first time with the process's start {first.TotalMilliseconds:F0} ms"));
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
