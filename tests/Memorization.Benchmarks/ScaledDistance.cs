using System.Globalization;
using Memorization.Embedding;
using Memorization.Images;

namespace Memorization.Benchmarks;

/// <summary>How far <see cref="DecodeOptions.ScaledJpeg"/> moves pixels and embeddings.</summary>
internal static class ScaledDistance
{
    /// <summary>Compares every image of a folder that scaling changes, by the built-in model and by the given ones.</summary>
    public static void Run(string folder, IReadOnlyList<string> models)
    {
        ImageDecoder exact = new(), scaled = new(new DecodeOptions { ScaledJpeg = true });
        var pairs = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)
            .Select(bytes => (Exact: Rgb(exact, bytes), Scaled: Rgb(scaled, bytes)))
            .Where(pair => pair.Exact is not null && !pair.Exact.AsSpan().SequenceEqual(pair.Scaled)).ToList();
        var levels = pairs.SelectMany(pair => pair.Exact!.Zip(pair.Scaled!, (a, b) => Math.Abs(a - b))).ToList();
        Print($"{pairs.Count} images changed; levels: mean {levels.Average():F3}, greatest {levels.Max()}");
        foreach (var model in models.Prepend(null))
        {
            using var encoder = ImageEncoder.Open(new ModelOptions { Path = model });
            var distances = encoder.Embed([.. pairs.Select(pair => pair.Exact!)])
                .Zip(encoder.Embed([.. pairs.Select(pair => pair.Scaled!)]), (a, b) => 1 - a!.Zip(b!, (x, y) => (double)x * y).Sum()).Order().ToList();
            Print($"{encoder.Model.Name}: cosine distance median {distances[distances.Count / 2]:E2}, greatest {distances[^1]:E2}");
        }
    }

    private static byte[]? Rgb(ImageDecoder decoder, byte[] bytes) => decoder.Decode(bytes).IsKept(out var pixels) ? pixels.Rgb : null;

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
