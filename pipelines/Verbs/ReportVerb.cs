using System.CommandLine;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Memorization.Report;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>report STUDY: the page a person reads, its figures, and its numbers as JSON, CSV and Parquet.</summary>
internal static class ReportVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var output = new Option<string?>("--out") { Description = "Folder for report.html, report.json, the figures and the tables. [default: report, or report-redacted, in the store's folder]" };
        var redact = new Option<bool>("--redact") { Description = "For sharing: no images, captions and paths; URLs, hosts, images and families under names made with a random key." };
        var key = new Option<string?>("--redact-key") { Description = "With --redact: a file of 32 bytes or more that is the key, so that reports made with it can be joined. Keep it to yourself. [default: a new key that nobody keeps]" };
        var command = new Command("report", "Writes one self-contained HTML page about the newest snapshot, its figures as SVG and PNG, and its numbers as JSON, CSV and Parquet.") { study, output, redact, key };
        command.SetAction(async (parsed, _) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var folder = parsed.GetValue(output);
            var redaction = await RedactionAsync(parsed.GetValue(redact), parsed.GetValue(key));
            if (redaction is not null) folder = RedactedFolder(context, folder);
            using var database = await StoreDatabase.OpenAsync(context.Store);
            database.KeepStudy();
            var page = await WriteAsync(context, database, StudyAnalysis.Compute(database, context.Study), folder, redaction);
            await Console.Out.WriteLineAsync(parsed.GetValue(GlobalOptions.Json) ? JsonSerializer.Serialize(new { report = page }, JsonOutput.Indented) : $"Report: {page}");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Writes the report of a store's newest snapshot.</summary>
    /// <returns>The page's full path.</returns>
    public static Task<string> WriteAsync(StudyContext context, StoreDatabase database, StudyAnalysis analysis, string? folder = null, Redaction? redaction = null) => ReportFolder.WriteAsync(
        context.Store, database, context.Study, context.FilterFingerprint, analysis, Path.GetFullPath(folder ?? DefaultFolder(context)), redaction);

    /// <summary>The page in the store's folder and the families in it, if there is nothing new to write; null otherwise.</summary>
    public static Task<(string Page, IReadOnlyList<FamilySummary> Families)?> CurrentAsync(StudyContext context, StoreDatabase database) =>
        ReportFolder.ReadCurrentAsync(database, context.Study, context.FilterFingerprint, DefaultFolder(context));

    /// <summary>Says that the report in the store's folder lacks something new, so that the next run writes it again.</summary>
    public static void Outdate(StudyContext context) => ReportFolder.Outdate(DefaultFolder(context));

    private static async Task<Redaction?> RedactionAsync(bool isAsked, string? key) => (isAsked, key) switch
    {
        (false, null) => null,
        (false, _) => throw new SetupException("--redact-key is for redacted reports; add --redact"),
        (true, null) => Redaction.Once(),
        _ => await Redaction.WithKeyOfAsync(key),
    };

    // A nightly run writes everything into the default folder.
    private static string RedactedFolder(StudyContext context, string? folder)
    {
        if (folder is null) return Path.Combine(context.Store, "report-redacted");
        return Path.GetFullPath(folder) != DefaultFolder(context) ? folder
            : throw new SetupException($"{folder} is where `run` writes the whole report; name another folder with --out, or leave it out");
    }

    private static string DefaultFolder(StudyContext context) => Path.Combine(context.Store, "report");
}
