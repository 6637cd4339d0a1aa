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
    private const string Numbers = "report.json";

    /// <summary>The report in a folder, if it is the one that <see cref="WriteAsync"/> would write there now.</summary>
    /// <param name="database">The store, opened at its newest snapshot.</param>
    /// <param name="study">The study.</param>
    /// <param name="filter">The fingerprint of the study's filter as it is now.</param>
    /// <param name="folder">The folder.</param>
    /// <returns>The page's path, and Table 1 as the report has it; null if the report is another or not whole.</returns>
    public static async Task<(string Page, IReadOnlyList<FamilySummary> Families)?> ReadCurrentAsync(StoreDatabase database, Study study, string filter, string folder)
    {
        var (stamp, page, numbers) = (Path.Combine(folder, Stamp), Path.Combine(folder, Page), Path.Combine(folder, Numbers));
        if (!File.Exists(stamp) || !File.Exists(page) || !File.Exists(numbers) || await File.ReadAllTextAsync(stamp).ConfigureAwait(false) != StampOf(database, study, filter)) return null;
        try
        {
            await using var stream = File.OpenRead(numbers);
            return await JsonSerializer.DeserializeAsync<Written>(stream, JsonOutput.Indented).ConfigureAwait(false) is { Analysis.Families: { } families } ? (page, families) : null;
        }
        catch (JsonException)
        {
            return null; // somebody changed it: it is written again
        }
    }

    /// <summary>Reads the store and writes every file, each whole or not at all.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="database">The store, opened at its newest snapshot.</param>
    /// <param name="study">The study; its <see cref="ReportOptions"/> say how much is shown.</param>
    /// <param name="filter">The fingerprint of the study's filter as it is now.</param>
    /// <param name="analysis">What was computed of that snapshot.</param>
    /// <param name="folder">Where to; made if it is not there.</param>
    /// <returns>The page's full path.</returns>
    /// <exception cref="SetupException">The folder cannot be written.</exception>
    public static async Task<string> WriteAsync(
        string store, StoreDatabase database, Study study, string filter, StudyAnalysis analysis, string folder)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(study);
        var data = await ReportData.ReadAsync(store, database, study, filter, analysis).ConfigureAwait(false);
        foreach (var table in Tables(data)) await table.WriteAsync(folder).ConfigureAwait(false);
        foreach (var (name, text) in Files(data).Append((Stamp, StampOf(database, study, filter))))
            await Durable.WriteAsync(Path.Combine(folder, name), stream => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask()).ConfigureAwait(false);
        return Path.GetFullPath(Path.Combine(folder, Page));
    }

    /// <summary>Makes the report in a folder count as another than <see cref="WriteAsync"/> would write; its files stay.</summary>
    public static void Outdate(string folder)
    {
        if (File.Exists(Path.Combine(folder, Stamp))) File.Delete(Path.Combine(folder, Stamp));
    }

    // Last of the files, so that it stands for all of them.
    private static string StampOf(StoreDatabase database, Study study, string filter) => Fingerprint.Of(
        typeof(ReportFolder).Assembly.ManifestModule.ModuleVersionId, database.ThresholdAndSnapshot.Number, filter, study);

    /// <summary>The tables of a report.</summary>
    internal static IEnumerable<ResultTable> Tables(ReportData data) =>
    [
        new("figures", [("figure", ResultTable.Text), ("value", ResultTable.Whole), ("meaning", ResultTable.Text)],
            [.. data.Figures.Select(figure => (object?[])[figure.Name, figure.Value, figure.Meaning])]),
        new("funnel", [("stage", ResultTable.Text), ("reason", ResultTable.Text), ("rows", ResultTable.Whole), ("meaning", ResultTable.Text)],
            [.. data.Funnel.Steps
                .Select(step => (object?[])[step.Stage, step.Reason, step.Rows, step.Meaning])
                .Prepend(["", "read", data.Funnel.RowsRead, "rows of the input"])
                .Append(["", "pending", data.Funnel.RowsPending, "selected, with no embedding under the model yet"])
                .Append(["", "study", data.Funnel.StudyRows, "rows with their image in a family"])]),
        new("hosts",
            [("host", ResultTable.Text), ("rows", ResultTable.Whole), ("stored", ResultTable.Whole), ("failed", ResultTable.Whole), ("reason", ResultTable.Text), ("reason_rows", ResultTable.Whole)],
            [.. data.FailingHosts.SelectMany(host => host.Reasons.Select(reason => (object?[])[host.Host, host.Rows, host.Stored, host.Failed, reason.Key, reason.Value]))]),
        .. AnalysisTables.Of(data.Analysis),
    ];

    /// <summary>The other files of a report by name.</summary>
    internal static IEnumerable<(string Name, string Text)> Files(ReportData data)
    {
        yield return (Numbers, JsonSerializer.Serialize(data, JsonOutput.Indented) + "\n");
        yield return (Page, ReportPage.Render(data));
    }

    /// <summary>What is read of a report again.</summary>
    private sealed record Written(WrittenAnalysis? Analysis);

    private sealed record WrittenAnalysis(IReadOnlyList<FamilySummary>? Families);
}
