using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Images;
using Memorization.Pipelines.Terminal;
using Memorization.Replication;
using Memorization.Replication.Scoring;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>evaluate STUDY: generated images held against the study's families.</summary>
internal static class EvaluateVerb
{
    private const int Window = 256;

    public static Command Create()
    {
        var standard = new EvaluationOptions();
        var study = GlobalOptions.Study();
        var images = new Option<string?>("--images") { Description = $"Generated images: a folder, WebDataset shards or Parquet files. [default: the folder {GenerateVerb.FolderName} beside the study]" };
        var probes = new Option<string?>("--probes") { Description = $"What they were asked for, as `probe --json` prints it. [default: {GenerationFolder.ProbesName} among the images, else beside the study]" };
        var threshold = new Option<double?>("--threshold") { Description = "Cosine from which an image counts as replicated, set by hand. [default: the study's]" };
        var thresholds = new Option<string?>("--thresholds") { Description = "JSON file with thresholds of single families: {\"FAMILY\": 0.9}." };
        var rate = new Option<double>("--false-positives") { Description = "Part of the pairs of a training image and another family that may reach the calibrated threshold.", DefaultValueFactory = _ => standard.FalsePositiveRate };
        var families = NumberOption.Create("--families", "Families, the largest first, among which each image's nearest is looked for, besides the probes' own.", standard.Families, 1, 1_000_000);
        var draws = NumberOption.Create("--draws", "Draws of the bootstrap.", standard.Draws, 100, 1_000_000);
        var seed = NumberOption.Create("--seed", "Seed of what is drawn.", standard.Seed, 0);
        var output = new Option<string?>("--out") { Description = "Folder for every table as CSV and Parquet." };
        var command = new Command("evaluate", "Says how many generated images give back a family of the study, by probe, with intervals.") { study, images, probes, threshold, thresholds, rate, families, draws, seed, output };
        command.SetAction(async (parsed, stop) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var folder = parsed.GetValue(images) ?? Path.Combine(context.Folder, GenerateVerb.FolderName);
            var file = parsed.GetValue(probes) ?? new[] { Path.Combine(folder, GenerationFolder.ProbesName), Path.Combine(context.Folder, GenerationFolder.ProbesName) }.FirstOrDefault(File.Exists)
                ?? throw new SetupException($"evaluate needs --probes: there is no {GenerationFolder.ProbesName} in {folder} nor beside the study");
            var options = new EvaluationOptions
            {
                Threshold = parsed.GetValue(threshold),
                FamilyThresholds = Thresholds(parsed.GetValue(thresholds)),
                FalsePositiveRate = parsed.GetValue(rate),
                Families = parsed.GetValue(families),
                Draws = parsed.GetValue(draws),
                Seed = parsed.GetValue(seed),
            };
            if (options.FalsePositiveRate is not (> 0 and < 1)) throw new SetupException(FormattableString.Invariant($"--false-positives is {options.FalsePositiveRate}; it must be between 0 and 1"));
            if (options.Threshold is <= 0 or > 1) throw new SetupException(FormattableString.Invariant($"--threshold is {options.Threshold}; it must be above 0 and at most 1"));
            var asked = Probe.Read(InputFiles.Lines(file), file);
            using var database = await StoreDatabase.OpenAsync(context.Store);
            var (given, rejected) = await EmbedAsync(context, database, folder, stop);
            var evaluation = Evaluation.Compute(database, given, asked, options);
            if (parsed.GetValue(output) is { } target) await EvaluationTables.WriteAsync(evaluation, target);
            if (rejected > 0) await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{rejected} images could not be decoded or embedded; `memorization decode --images` says why"));
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(evaluation, JsonOutput.Indented));
            else EvaluationView.Print(evaluation);
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<(List<GivenEmbedding> Images, int Rejected)> EmbedAsync(StudyContext context, StoreDatabase database, string folder, CancellationToken stop)
    {
        var model = context.Model();
        using var encoder = InputFiles.Read(model.Path ?? ModelOptions.BuiltIn, () => ImageEncoder.Open(model));
        database.RequireModel(encoder.Model.ModelId);
        await using var workers = new DecodeWorkers(DecodeWorkerVerb.Command, context.Study.Decode, encoder.Model.Side);
        var decoder = new ImageDecoder(context.Study.Decode, side: encoder.Model.Side, workers: workers);
        List<GivenEmbedding> embedded = [];
        var all = 0;
        foreach (var some in GivenImage.Read(folder).Chunk(Window))
        {
            stop.ThrowIfCancellationRequested();
            var pixels = new byte[]?[some.Length];
            await Parallel.ForAsync(0, some.Length, stop, async (i, until) => pixels[i] = (await decoder.DecodeAsync(some[i].Bytes, until)).IsKept(out var kept) ? kept.Rgb : null);
            var places = Enumerable.Range(0, some.Length).Where(i => pixels[i] is not null).ToList();
            var embeddings = encoder.Embed([.. places.Select(i => pixels[i]!)]);
            embedded.AddRange(places.Zip(embeddings).Where(pair => pair.Second is not null).Select(pair => new GivenEmbedding(some[pair.First].Name, some[pair.First].Caption, some[pair.First].Seed, pair.Second!)));
            all += some.Length;
        }

        return all > 0 ? (embedded, all - embedded.Count) : throw new SetupException($"there is no image in {folder}; `memorization generate` makes some");
    }

    private static Dictionary<string, double> Thresholds(string? file)
    {
        if (file is null) return [];
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, double>>(InputFiles.Read(file, () => File.ReadAllText(file))) ?? [];
        }
        catch (JsonException exception)
        {
            throw new SetupException($"{file} is not an object of numbers such as {{\"FAMILY\": 0.9}}: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
