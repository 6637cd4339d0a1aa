using System.Text;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Store;

namespace Memorization.Report;

/// <summary>Writes a study's report: one page for people, and its numbers as JSON and CSV.</summary>
public static class ReportFolder
{
    /// <summary>The page's name in its folder.</summary>
    public const string Page = "report.html";

    private const string Stamp = "report.stamp";

    /// <summary>Whether the report in a folder is the one that <see cref="WriteAsync"/> would write there now.</summary>
    /// <param name="database">The store, opened at its newest snapshot.</param>
    /// <param name="study">The study.</param>
    /// <param name="filter">The fingerprint of the study's filter as it is now.</param>
    /// <param name="folder">The folder.</param>
    public static bool IsCurrent(StoreDatabase database, Study study, string filter, string folder)
    {
        var stamp = Path.Combine(folder, Stamp);
        return File.Exists(stamp) && File.Exists(Path.Combine(folder, Page)) && File.ReadAllText(stamp) == StampOf(database, study, filter);
    }

    /// <summary>Reads the store and writes every file, each whole or not at all.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="database">The store, opened at its newest snapshot.</param>
    /// <param name="study">The study; its <see cref="ReportOptions"/> say how much is shown.</param>
    /// <param name="filter">The fingerprint of the study's filter as it is now.</param>
    /// <param name="families">Table 1 of that snapshot.</param>
    /// <param name="folder">Where to; made if it is not there.</param>
    /// <returns>The page's full path.</returns>
    /// <exception cref="SetupException">The folder cannot be written.</exception>
    public static async Task<string> WriteAsync(
        string store, StoreDatabase database, Study study, string filter, IReadOnlyList<FamilySummary> families, string folder)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(study);
        var data = await ReportData.ReadAsync(store, database, study, filter, families).ConfigureAwait(false);
        foreach (var (name, text) in Files(data).Append((Stamp, StampOf(database, study, filter))))
            await Durable.WriteAsync(Path.Combine(folder, name), stream => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask()).ConfigureAwait(false);
        return Path.GetFullPath(Path.Combine(folder, Page));
    }

    // Last of the files, so that it stands for all of them.
    private static string StampOf(StoreDatabase database, Study study, string filter) => Fingerprint.Of(
        typeof(ReportFolder).Assembly.ManifestModule.ModuleVersionId, database.ThresholdAndSnapshot.Number, filter, study);

    /// <summary>The files of a report by name.</summary>
    internal static IEnumerable<(string Name, string Text)> Files(ReportData data)
    {
        yield return ("figures.csv", CsvFile.Of(["figure", "value", "meaning"], data.Figures.Select(figure => (object[])[figure.Name, figure.Value, figure.Meaning])));
        yield return ("funnel.csv", CsvFile.Of(["stage", "reason", "rows", "meaning"], data.Funnel.Steps
            .Select(step => (object[])[step.Stage, step.Reason, step.Rows, step.Meaning])
            .Prepend(["", "read", data.Funnel.RowsRead, "rows of the input"])
            .Append(["", "pending", data.Funnel.RowsPending, "selected, with no embedding under the model yet"])
            .Append(["", "study", data.Funnel.StudyRows, "rows with their image in a family"])));
        yield return ("families.csv", CsvFile.Of(["rank", "family", "rows", "images", "share"], data.Families
            .Select((family, i) => (object[])[i + 1, family.Family, family.Size, family.Contents, family.Share])));
        yield return ("words.csv", CsvFile.Of(["rank", "family", "word", "rows", "log_odds", "z", "stop_word"], data.Families
            .SelectMany((family, i) => family.Words.Select(word => (object[])
                [i + 1, family.Family, word.Word, word.Count, word.LogOdds, word.Z, word.StopWord ? "true" : "false"]))));
        yield return ("hosts.csv", CsvFile.Of(["host", "rows", "stored", "failed", "reason", "reason_rows"], data.FailingHosts
            .SelectMany(host => host.Reasons.Select(reason => (object[])[host.Host, host.Rows, host.Stored, host.Failed, reason.Key, reason.Value]))));
        yield return ("report.json", JsonSerializer.Serialize(data, JsonOutput.Indented) + "\n");
        yield return (Page, ReportPage.Render(data));
    }
}
