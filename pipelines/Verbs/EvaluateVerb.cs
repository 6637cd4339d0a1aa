using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Images;
using Memorization.Objects;
using Memorization.Pipelines.Terminal;
using Memorization.Replication;
using Memorization.Replication.Scoring;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>evaluate STUDY: generated images held against the study's families.</summary>
internal static class EvaluateVerb
{
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
        var objects = new Option<string[]>("--object") { Description = "Search the images for this object of the study, too, as `objects` did the training images. Repeats." };
        var output = new Option<string?>("--out") { Description = "Folder for every table as CSV and Parquet." };
        var command = new Command("evaluate", "Says how many generated images give back a family of the study, by probe, with intervals; the report shows it.")
        {
            study, images, probes, threshold, thresholds, rate, families, draws, seed, objects, output,
        };
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
            var searched = ObjectsVerb.Chosen(context, parsed.GetValue(objects) ?? [], isAllByDefault: false);

            // Held, so that nothing is vacuumed that is being read, and the evaluation is of the newest snapshot when it is kept.
            using var held = await context.HoldStoreAsync(StudyContext.NewRunId(TimeProvider.System));
            using var database = await StoreDatabase.OpenAsync(context.Store);
            var (evaluation, rejected) = await EvaluateAsync(context, database, new GivenImages(folder), asked, searched, options, stop);
            await EvaluationFile.WriteAsync(context.Store, evaluation);
            ReportVerb.Outdate(context);
            if (parsed.GetValue(output) is { } target) await EvaluationTables.WriteAsync(evaluation, target);
            if (rejected > 0) await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{rejected} images could not be decoded or embedded; `memorization decode --images` says why"));
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(evaluation, JsonOutput.Indented));
            else EvaluationView.Print(evaluation);
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<(Evaluation Evaluation, int Rejected)> EvaluateAsync(
        StudyContext context, StoreDatabase database, GivenImages images, IReadOnlyList<Probe> probes, IReadOnlyList<ObjectOptions> objects, EvaluationOptions options, CancellationToken stop)
    {
        var model = context.Model();
        using var encoder = InputFiles.Read(model.Path ?? ModelOptions.BuiltIn, () => ImageEncoder.Open(model));
        database.RequireModel(encoder.Model.ModelId);
        await using var workers = new DecodeWorkers(DecodeWorkerVerb.Command, context.Study.Decode, encoder.Model.Side);
        var decoder = new ImageDecoder(context.Study.Decode, side: encoder.Model.Side, workers: workers);
        var (given, rejected) = await images.EmbedAsync(encoder, decoder, stop);
        var evaluation = await Evaluation.Compute(database, given, probes, options).WithPairsAsync(database, images, decoder, stop);
        List<GeneratedObject> found = [];
        foreach (var one in objects)
            found.Add(await GeneratedObject.SearchAsync((context.Store, evaluation.Snapshot, context.Folder), one, model, context.Study.Decode, ObjectsVerb.Workers(context), images, given, probes, stop));
        return (evaluation with { Objects = found }, rejected);
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
