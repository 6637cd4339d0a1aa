using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Pipelines.Terminal;

namespace Memorization.Pipelines.Verbs;

/// <summary>decode --images DIR: the pixels that CLIP sees.</summary>
internal static class DecodeVerb
{
    private const int Window = 256;

    public static Command Create()
    {
        var images = new Option<string>("--images") { Description = "Every file below this folder.", Required = true };
        var output = new Option<string>("--out") { Description = "Folder for the raw pixels: side×side×3 uint8, RGB, row-major, in FILE.rgb." };
        var side = NumberOption.Create("--side", "Pixels on each side that the model reads.", ClipPixels.Side, ClipPixels.LeastSide, 4096);
        var command = new Command("decode", "Decodes images to CLIP's pixels; JSON lines with each file's outcome, size and the pixels' SHA-256.") { images, output, side };
        command.SetAction(async (parsed, stop) =>
        {
            var folder = parsed.GetRequiredValue(images);
            await using var lines = new StreamWriter(Console.OpenStandardOutput());
            await foreach (var (file, outcome) in DecodeAsync(folder, parsed.GetValue(side), stop))
            {
                outcome.IsKept(out var pixels);
                await lines.WriteLineAsync(JsonSerializer.Serialize(
                    new
                    {
                        file,
                        outcome = pixels is null ? "rejected" : "kept",
                        reason = outcome.Rejection?.Reason,
                        width = pixels?.Width,
                        height = pixels?.Height,
                        pixels_sha256 = pixels is null ? null : Convert.ToHexStringLower(SHA256.HashData(pixels.Rgb)),
                    }, JsonOutput.Line));
                if (pixels is null || parsed.GetValue(output) is not { } target) continue;
                var path = Path.Combine(target, file + ".rgb");
                InputFiles.Read(path, () =>
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    File.WriteAllBytes(path, pixels.Rgb);
                    return path;
                });
            }

            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Decodes every file below a folder on all cores; the answers come in the files' order, so many at a time.</summary>
    public static async IAsyncEnumerable<(string File, Outcome<ClipPixels> Outcome)> DecodeAsync(string folder, int side, [EnumeratorCancellation] CancellationToken stop)
    {
        var options = new DecodeOptions();
        await using var workers = new DecodeWorkers(DecodeWorkerVerb.Command, options, side);
        var decoder = new ImageDecoder(options, side: side, workers: workers);
        foreach (var files in InputFiles.Below(folder).Chunk(Window))
        {
            var outcomes = new Outcome<ClipPixels>[files.Length];
            await Parallel.ForAsync(0, files.Length, stop, async (i, stop) =>
                outcomes[i] = await decoder.DecodeAsync(InputFiles.Read(folder, () => File.ReadAllBytes(Path.Combine(folder, files[i]))), stop));
            for (var i = 0; i < files.Length; i++) yield return (files[i], outcomes[i]);
        }
    }
}
