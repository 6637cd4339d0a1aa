using System.CommandLine;
using Memorization.Clustering;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>cluster STUDY: its families at another threshold, from the forest; cluster --vectors FILE.npy: the families of vectors outside any study.</summary>
internal static class ClusterVerb
{
    public static Command Create()
    {
        var (vectors, threshold, threads, output) = (VectorRows.FileOption(), VectorRows.ThresholdOption(), VectorRows.ThreadsOption(), VectorRows.LabelsOption());
        var device = VectorRows.DeviceOption();
        var study = new Argument<string?>("STUDY") { Description = "The study's JSON file: publishes its families at --threshold, from its forest.", Arity = ArgumentArity.ZeroOrOne };
        vectors.Required = false;
        threshold.Description += " A study's own, if none is given.";
        var command = new Command("cluster", "Finds the families of near-identical vectors, exactly; of a study at another threshold, or of a .npy file.") { study, vectors, threshold, threads, device, output };
        command.Validators.Add(result =>
        {
            if (result.GetValue(study) is null == result.GetValue(vectors) is null) result.AddError("cluster needs either a STUDY or --vectors FILE.npy.");
            if (result.GetValue(study) is not null && result.GetValue(output) is not null) result.AddError("--out is for --vectors; a study's families are in its store.");
        });
        command.SetAction((parsed, stop) =>
        {
            var options = new ClusterOptions { StoreThreshold = parsed.GetValue(threshold), Parallelism = parsed.GetValue(threads), Device = parsed.GetRequiredValue(device) };
            return parsed.GetValue(study) is { } file
                ? OfStudyAsync(StudyContext.Load(file, parsed), parsed.GetResult(threshold) is { Implicit: false } ? options.StoreThreshold : null, options, parsed, stop)
                : Task.FromResult(OfVectors(parsed.GetRequiredValue(vectors)!, options, parsed.GetValue(output), parsed, stop));
        });
        return command;
    }

    private static int OfVectors(string path, ClusterOptions options, string? labels, ParseResult parsed, CancellationToken stop)
    {
        var rows = VectorRows.Read(path);
        var forest = rows.Forest(options);
        rows.AddTo(batch => forest.Insert(batch, stop));
        rows.Publish(forest.Cut(options.StoreThreshold), labels, parsed.GetValue(GlobalOptions.Json));
        return ExitCodes.Done;
    }

    private static async Task<int> OfStudyAsync(StudyContext context, double? threshold, ClusterOptions options, ParseResult parsed, CancellationToken stop)
    {
        var changed = await FamilyStore.ReclusterAsync(context.Store, StudyContext.NewRunId(TimeProvider.System), threshold ?? context.Study.Cluster.Threshold, options, TimeProvider.System, stop);
        using var database = await StoreDatabase.OpenAsync(context.Store);
        FamilyReport.Of(database, changed).Print(parsed.GetValue(GlobalOptions.Json));
        return ExitCodes.Done;
    }
}
