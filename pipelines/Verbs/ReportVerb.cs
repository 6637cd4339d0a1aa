using System.CommandLine;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Terminal;
using Memorization.Report;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>report STUDY: the page a person reads, and its numbers as JSON and CSV.</summary>
internal static class ReportVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var output = new Option<string?>("--out") { Description = "Folder for report.html, report.json and the CSV files. [default: report in the store's folder]" };
        var command = new Command("report", "Writes one self-contained HTML page about the newest snapshot, and its numbers as JSON and CSV.") { study, output };
        command.SetAction(async (parsed, _) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            using var database = await StoreDatabase.OpenAsync(context.Store);
            database.KeepStudy();
            var page = await WriteAsync(context, database, StudyAnalysis.Compute(database, context.Study), parsed.GetValue(output));
            await Console.Out.WriteLineAsync(parsed.GetValue(GlobalOptions.Json) ? JsonSerializer.Serialize(new { report = page }, JsonOutput.Indented) : $"Report: {page}");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Writes the report of a store's newest snapshot.</summary>
    /// <returns>The page's full path.</returns>
    public static Task<string> WriteAsync(StudyContext context, StoreDatabase database, StudyAnalysis analysis, string? folder = null) => ReportFolder.WriteAsync(
        context.Store, database, context.Study, context.FilterFingerprint, analysis, Path.GetFullPath(folder ?? DefaultFolder(context)));

    /// <summary>The page in the store's folder and the families in it, if there is nothing new to write; null otherwise.</summary>
    public static Task<(string Page, IReadOnlyList<FamilySummary> Families)?> CurrentAsync(StudyContext context, StoreDatabase database) =>
        ReportFolder.ReadCurrentAsync(database, context.Study, context.FilterFingerprint, DefaultFolder(context));

    /// <summary>Says that the report in the store's folder lacks something new, so that the next run writes it again.</summary>
    public static void Outdate(StudyContext context) => ReportFolder.Outdate(DefaultFolder(context));

    private static string DefaultFolder(StudyContext context) => Path.Combine(context.Store, "report");
}
