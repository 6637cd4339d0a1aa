using System.CommandLine;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Images;
using Memorization.Objects;
using Memorization.Pipelines.Terminal;
using Memorization.Report;
using Memorization.Store;
using Serilog;

namespace Memorization.Pipelines.Verbs;

/// <summary>objects STUDY: whether pictures show what their captions do not name.</summary>
internal static class ObjectsVerb
{
    private const int StandardSample = 300;
    private const int LargestSample = 5000;

    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var only = new Option<string[]>("--object") { Description = "Only the object of this name. Repeats." };
        var output = new Option<string>("--out") { Description = "Folder for every table as CSV and Parquet." };
        var label = new Option<string>("--label") { Description = "Write a page into this folder on which a person labels a sample of pictures, and do nothing else." };
        var sample = NumberOption.Create("--sample", "Pictures on the page.", StandardSample, 1, LargestSample);
        var seed = NumberOption.Create("--seed", "Seed of the sample: the same seed gives two people the same pictures.", 1, 0);
        var command = new Command("objects", "How many pictures show an object that their captions do not name, against controls: detector, labels, corrected shares, risk ratios.")
        {
            study, only, output, label, sample, seed,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupts = new Interrupts();
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var objects = Chosen(context, parsed.GetValue(only) ?? []);
            if (parsed.GetValue(label) is { } folder) return await LabelAsync(context, objects, folder, parsed.GetValue(sample), parsed.GetValue(seed), parsed, interrupts);

            // Held, so that nothing is vacuumed that is being read, and no other run scores the same images.
            using var held = await context.HoldStoreAsync(StudyContext.NewRunId(TimeProvider.System));
            using var database = await StoreDatabase.OpenAsync(context.Store);
            database.KeepStudy();
            await using var log = RunLog.Create(GlobalOptions.LevelOf(parsed), folder: null);
            var results = new List<ObjectResult>();
            foreach (var one in objects)
            {
                if (await RunAsync(context, database, one, interrupts, log, parsed.GetValue(GlobalOptions.Quiet)) is not { } result) break;
                results.Add(result);
                if (parsed.GetValue(output) is { } tables) await ObjectTables.WriteAsync(result, tables);
            }

            if (results.Count > 0) ReportVerb.Outdate(context);
            var interrupted = results.Count < objects.Count;
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { interrupted, objects = results }, JsonOutput.Indented));
            else results.ForEach(ObjectsView.Print);
            if (interrupted) await Console.Error.WriteLineAsync("stopped before every picture had a score; the same command goes on from there");
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<ObjectResult?> RunAsync(StudyContext context, StoreDatabase database, ObjectOptions options, Interrupts interrupts, ILogger log, bool quiet)
    {
        if (interrupts.Drain.IsCancellationRequested) return null;
        using var study = await ObjectStudy.OpenAsync(database, context.Store, options, context.Folder);
        // Off this thread: loading a model takes a while, and the progress is shown from here.
        var work = Task.Run(() => study.RunAsync(context.Model(), context.Study.Decode, Workers(context), TimeProvider.System, interrupts.Drain, interrupts.Stop));
        await ProgressDisplay.ShowAsync(work, () => study.Progress, log, quiet, TimeProvider.System);
        return await work;
    }

    private static async Task<int> LabelAsync(StudyContext context, IReadOnlyList<ObjectOptions> objects, string folder, int sample, int seed, ParseResult parsed, Interrupts interrupts)
    {
        using var database = await StoreDatabase.OpenAsync(context.Store);
        database.KeepStudy();
        var pages = new List<object>();
        foreach (var one in objects)
        {
            using var study = await ObjectStudy.OpenAsync(database, context.Store, one, context.Folder);
            var (page, images) = await study.WriteLabelPageAsync(folder, sample, seed, context.Study.Decode, Workers(context), interrupts.Drain);
            pages.Add(new { @object = one.Name, page, images, seed });
            if (!parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync($"{one.Name}: {images} pictures in {page}; name the files that it saves under labels");
        }

        if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { pages }, JsonOutput.Indented));
        return ExitCodes.Done;
    }

    /// <summary>Makes the processes in which pictures are decoded that may take long, for a side.</summary>
    public static Func<int, DecodeWorkers?> Workers(StudyContext context) =>
        side => new DecodeWorkers(DecodeWorkerVerb.Command, context.Study.Decode, side, TimeProvider.System, whole: true);

    /// <summary>The study's objects of some names.</summary>
    /// <exception cref="SetupException">The study has no such object, or none at all.</exception>
    public static IReadOnlyList<ObjectOptions> Chosen(StudyContext context, string[] names, bool isAllByDefault = true)
    {
        var all = context.Study.Objects;
        if (names.Length == 0 && !isAllByDefault) return [];
        if (all.Count == 0) throw new SetupException($"{context.File} has no objects; add a list of them, as in config/astronaut.json");
        if (names.FirstOrDefault(name => all.All(one => one.Name != name)) is { } unknown)
            throw new SetupException($"--object {unknown}: {context.File} has no such object; it has {string.Join(", ", all.Select(one => one.Name))}");
        return names.Length == 0 ? all : [.. all.Where(one => names.Contains(one.Name))];
    }
}
