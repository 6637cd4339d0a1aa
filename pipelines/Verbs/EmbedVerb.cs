using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Clip;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Pipelines.Terminal;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>embed --model DIR (--images DIR or --captions FILE): embeddings of files, outside any study.</summary>
internal static class EmbedVerb
{
    private const int Window = 256;

    public static Command Create()
    {
        var model = ModelVerb.ModelOption();
        var images = new Option<string>("--images") { Description = "Every file below this folder." };
        var captions = new Option<string>("--captions") { Description = "A file with one caption a line; - is standard input." };
        var (device, precision, cache) = (ModelVerb.DeviceOption(), ModelVerb.PrecisionOption(), ModelVerb.CacheOption());
        var output = new Option<string>("--out") { Description = "Folder for the embeddings as clip-retrieval lays them out: .npy (float16) and metadata." };
        var command = new Command("embed", "Embeds images or captions. --json: JSON lines with each one's outcome and embedding.") { model, images, captions, device, precision, cache, output };
        command.SetAction(async (parsed, stop) =>
        {
            var options = ModelVerb.Options(parsed.GetRequiredValue(model), parsed, device, precision, cache);
            var (folder, file) = (parsed.GetValue(images), parsed.GetValue(captions));
            if (folder is null == file is null) throw new SetupException("embed needs either --images DIR or --captions FILE");
            var target = parsed.GetValue(output);
            if (folder is not null)
            {
                using var encoder = InputFiles.Read(options.Path!, () => ImageEncoder.Open(options));
                await WriteAsync(ImagesAsync(encoder, folder, stop), "file", images: true, name => new ClipImageRow { Path = name }, encoder.Model.Dimension, target, parsed);
            }
            else
            {
                using var encoder = InputFiles.Read(options.Path!, () => TextEncoder.Open(options));
                await WriteAsync(Captions(encoder, file!).ToAsyncEnumerable(), "caption", images: false, name => new ClipCaptionRow { Caption = name }, encoder.Dimension, target, parsed);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static async IAsyncEnumerable<Row> ImagesAsync(ImageEncoder encoder, string folder, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var some in DecodeVerb.DecodeAsync(folder, encoder.Model.Side, stop).Chunk(Window))
        {
            var pixels = some.Select(image => image.Outcome.IsKept(out var kept) ? kept : null).ToList();
            var embeddings = new Queue<float[]?>(encoder.Embed([.. pixels.OfType<ClipPixels>().Select(kept => kept.Rgb)]));
            for (var i = 0; i < some.Length; i++)
            {
                var embedding = pixels[i] is null ? null : embeddings.Dequeue();
                yield return new Row(some[i].File, some[i].Outcome.Rejection?.Reason ?? (embedding is null ? Reason.InvalidEmbedding : null), embedding);
            }
        }
    }

    private static IEnumerable<Row> Captions(TextEncoder encoder, string file)
    {
        foreach (var some in InputFiles.Lines(file).Chunk(Window))
        {
            var embeddings = encoder.Embed(some);
            for (var i = 0; i < some.Length; i++) yield return new Row(some[i], embeddings[i] is null ? Reason.InvalidEmbedding : null, embeddings[i]);
        }
    }

    private static async Task WriteAsync<TRow>(
        IAsyncEnumerable<Row> rows, string key, bool images, Func<string, TRow> metadata, int dimension, string? target, ParseResult parsed)
        where TRow : class, new()
    {
        using var folder = target is null ? null : new ClipRetrievalFolder<TRow>(target, images, dimension);
        await using var lines = new StreamWriter(Console.OpenStandardOutput());
        var json = parsed.GetValue(GlobalOptions.Json);
        var (kept, rejected) = (0, 0);
        await foreach (var row in rows)
        {
            if (row.Embedding is { } embedding)
            {
                kept++;
                if (folder is not null) await folder.WriteAsync(metadata(row.Name), embedding);
            }
            else
            {
                rejected++;
            }

            if (!json) continue;
            await lines.WriteLineAsync(JsonSerializer.Serialize(
                new Dictionary<string, object?>
                {
                    [key] = row.Name,
                    ["outcome"] = row.Embedding is null ? "rejected" : "kept",
                    ["reason"] = row.Reason,
                    ["embedding"] = row.Embedding,
                }, JsonOutput.Line));
        }

        if (folder is not null) await folder.FinishAsync();
        if (!json) await lines.WriteLineAsync($"{kept} embedded, {rejected} rejected, {dimension} numbers each{(target is null ? "; --json prints them, --out DIR keeps them" : $" in {target}")}");
    }

    private sealed record Row(string Name, Reason? Reason, float[]? Embedding);
}
