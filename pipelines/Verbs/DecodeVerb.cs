using System.CommandLine;
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
        command.SetAction((parsed, stop) =>
        {
            var folder = parsed.GetRequiredValue(images);
            using var lines = new StreamWriter(Console.OpenStandardOutput());
            foreach (var (file, outcome) in Decode(folder, parsed.GetValue(side), stop))
            {
                outcome.IsKept(out var pixels);
                lines.WriteLine(JsonSerializer.Serialize(
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

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    /// <summary>Decodes every file below a folder on all cores; the answers come in the files' order, so many at a time.</summary>
    public static IEnumerable<(string File, Outcome<ClipPixels> Outcome)> Decode(string folder, int side, CancellationToken stop)
    {
        var decoder = new ImageDecoder(side: side);
        foreach (var files in InputFiles.Below(folder).Chunk(Window))
        {
            var outcomes = new Outcome<ClipPixels>[files.Length];
            InputFiles.Read(folder, () => Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = stop },
                i => outcomes[i] = decoder.Decode(File.ReadAllBytes(Path.Combine(folder, files[i])))));
            for (var i = 0; i < files.Length; i++) yield return (files[i], outcomes[i]);
        }
    }
}
