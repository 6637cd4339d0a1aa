using System.Globalization;
using Memorization.Clip;
using Memorization.Embedding;
using Memorization.Images;
using Memorization.Inference;
using Memorization.Pipelines.Bench;
using Memorization.Tests.Clip;

namespace Memorization.Benchmarks;

/// <summary>ViT-B/32 with random weights on this CPU: the built towers against the graph that an exporter writes, all in the same runtime.</summary>
/// <remarks>
/// The models take turns, run by run, instead of one after the other: on a machine that others use too, all meet the same noise, and the ratio of
/// medians stands. Not BenchmarkDotNet, which finishes with one before it begins the next.
/// </remarks>
internal static class ClipBenchmarks
{
    private const int Rounds = 15;

    private static readonly ClipArchitecture Architecture = ClipArchitecture.Known[0];

    /// <summary>Prints a table in Markdown.</summary>
    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("memorization-benchmark-");
        try
        {
            RandomClip.Write(folder.FullName, Architecture, seed: 1);
            using var clip = new ClipFolder(folder.FullName);
            Console.WriteLine($"| ONNX Runtime {OnnxSession.Version}, threads | batch | plain export, images/s | float32 | against plain | int8 | against float32 | int8's cosine to float32, mean | least |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
            foreach (var threads in new[] { 1, 2 })
            {
                using var plain = OnnxSession.FromBytes(PlainClip.Image(clip.Weights, clip.Config), "plain", threads);
                using var float32 = OnnxSession.FromFile(clip.Image(ModelPrecision.Float32, null).Path, threads);
                using var int8 = OnnxSession.FromFile(clip.Image(ModelPrecision.Int8, null).Path, threads);
                foreach (var batch in new[] { 1, 8, 32 }) await MeasureAsync(threads, batch, plain, float32, int8);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(int threads, int batch, OnnxSession plain, OnnxSession float32, OnnxSession int8)
    {
        using var pixels = OnnxTensor.Allocate<byte>(batch, ClipPixels.Side, ClipPixels.Side, 3);
        using var normalized = OnnxTensor.Allocate<float>(batch, 3, ClipPixels.Side, ClipPixels.Side);
        var normalizer = new PixelNormalizer(ClipPreprocessing.Default.Mean, ClipPreprocessing.Default.Std);
        for (var i = 0; i < batch; i++)
        {
            var rgb = MadePicture.Rgb(i);
            var image = pixels.Elements<byte>().Slice(i * rgb.Length, rgb.Length);
            rgb.CopyTo(image);
            normalizer.Normalize(image, normalized.Elements<float>().Slice(i * rgb.Length, rgb.Length));
        }

        (OnnxSession Session, OnnxTensor Input)[] models = [(plain, normalized), (float32, pixels), (int8, pixels)];
        var outputs = models.Select(_ => OnnxTensor.Allocate<float>(batch, Architecture.Dimension)).ToArray();
        var contest = new Contest(Rounds);
        for (var i = 0; i < models.Length; i++)
        {
            var (session, input, output) = (models[i].Session, models[i].Input, outputs[i]);
            contest.Add("", () =>
            {
                session.Run([session.Inputs[0].Name], [input], [ImageTower.Output], [output]);
                return Task.CompletedTask;
            });
        }

        var speeds = (await contest.RunAsync(CancellationToken.None)).Select(times => batch / times.Median).ToArray();
        var cosines = Enumerable.Range(0, batch).Select(i => Towers.Cosine(Row(outputs[1], i), Row(outputs[2], i))).ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {threads} | {batch} | {speeds[0]:F1} | {speeds[1]:F1} | {speeds[1] / speeds[0]:F2} × | {speeds[2]:F1} | {speeds[2] / speeds[1]:F2} × | {cosines.Average():F5} | {cosines.Min():F5} |"));
        foreach (var output in outputs) output.Dispose();
    }

    private static float[] Row(OnnxTensor tensor, int i) => tensor.Elements<float>().Slice(i * Architecture.Dimension, Architecture.Dimension).ToArray();
}
