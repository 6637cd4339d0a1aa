using System.Text;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Report.Charts;
using Memorization.Store;

namespace Memorization.Report;

/// <summary>Writes a study's report: one page for people, its figures, and its numbers as JSON, CSV and Parquet.</summary>
public static class ReportFolder
{
    /// <summary>The page's name in its folder.</summary>
    public const string Page = "report.html";

    private const string Stamp = "report.stamp";
    private const string Numbers = "report.json";
    private const string RedactedMark = "REDACTED.txt";

    private const string RedactedText = """
        This report is redacted: it has no images, captions and paths, and URLs, hosts, images and families have names made with a key that is not here.
        Words of captions are in it. Whoever has the same metadata may find rows by their words: it is meant to be shared, not to hide what was studied.

        """;

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
    /// <param name="redaction">Takes out what leads to the images; null to leave it in.</param>
    /// <returns>The page's full path.</returns>
    /// <exception cref="SetupException">The folder cannot be written, or has files that must not be mixed with these.</exception>
    public static async Task<string> WriteAsync(
        string store, StoreDatabase database, Study study, string filter, StudyAnalysis analysis, string folder, Redaction? redaction = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(study);
        ThrowIfMixed(folder, redaction is not null);
        var data = await ReportData.ReadAsync(store, database, study, filter, analysis).ConfigureAwait(false);
        if (redaction is not null)
        {
            // First of the files, so that the folder is never taken for one that has everything; and no stamp, so that a run never takes it for its own.
            await WriteFileAsync(folder, RedactedMark, Encoding.UTF8.GetBytes(RedactedText)).ConfigureAwait(false);
            data = redaction.Of(data);
        }

        await ResultTable.WriteAllAsync(ReportTables.Of(data), folder).ConfigureAwait(false);
        foreach (var (name, bytes) in Files(data)) await WriteFileAsync(folder, name, bytes).ConfigureAwait(false);
        if (redaction is null) await WriteFileAsync(folder, Stamp, Encoding.UTF8.GetBytes(StampOf(database, study, filter))).ConfigureAwait(false);
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

    // What is shared is a folder: nothing else may lie in one whose report is redacted.
    private static void ThrowIfMixed(string folder, bool isRedacted)
    {
        var hasMark = File.Exists(Path.Combine(folder, RedactedMark));
        if (isRedacted && !hasMark && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new SetupException($"{folder} has files already, which would be shared with the redacted report; name a new folder with --out");
        if (!isRedacted && hasMark)
            throw new SetupException($"{folder} has a redacted report, which may be shared; name another folder with --out, or remove it");
    }

    private static Task WriteFileAsync(string folder, string name, byte[] bytes) =>
        Durable.WriteAsync(Path.Combine(folder, name), stream => stream.WriteAsync(bytes).AsTask());

    /// <summary>The other files of a report by name.</summary>
    internal static IEnumerable<(string Name, byte[] Bytes)> Files(ReportData data)
    {
        foreach (var chart in Charts(data))
        {
            yield return ($"{chart.Name}.svg", Encoding.UTF8.GetBytes(chart.ToSvg()));
            yield return ($"{chart.Name}.png", chart.ToPng());
        }

        yield return (Numbers, [.. JsonSerializer.SerializeToUtf8Bytes(data, JsonOutput.Indented), (byte)'\n']);
        yield return (Page, Encoding.UTF8.GetBytes(ReportPage.Render(data)));
    }

    private static IEnumerable<Chart> Charts(ReportData data)
    {
        yield return FamilyBars.Of(FamilyFigure.OfStudy(data));
        yield return FamilyBars.Of(FamilyFigure.OfWords(data));
        if (data.Analysis.Sweep.Count > 0) yield return SweepLines.Of(data.Analysis.Sweep, data.Analysis.Rows);
        if (data.Replication is { Curve.Count: > 0 } replication) yield return ReplicationLines.Of(replication);
    }

    /// <summary>What is read of a report again.</summary>
    private sealed record Written(WrittenAnalysis? Analysis);

    private sealed record WrittenAnalysis(IReadOnlyList<FamilySummary>? Families);
}
