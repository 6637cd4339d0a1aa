using Memorization.Replication.Scoring;
using static Memorization.Report.ResultTable;

namespace Memorization.Report;

/// <summary>The tables of a report: what lies beside the page as CSV and Parquet, all of it.</summary>
internal static class ReportTables
{
    /// <summary>Every table.</summary>
    public static IEnumerable<ResultTable> Of(ReportData data) =>
    [
        new("figures", [("figure", Text), ("value", Whole), ("meaning", Text)], [.. data.Figures.Select(figure => (object?[])[figure.Name, figure.Value, figure.Meaning])]),
        Funnel(data),
        Hosts(data),
        .. AnalysisTables.Of(data.Analysis),
        .. data.Objects.SelectMany(ObjectTables.Counted),
        .. data.Replication is { } replication ? EvaluationTables.Of(replication) : [],
        FamilyFigure.OfStudy(data).ToTable(),
        FamilyFigure.OfWords(data).ToTable(),
    ];

    /// <summary>What became of every row.</summary>
    public static ResultTable Funnel(ReportData data) => new(
        "funnel",
        [("stage", Text), ("reason", Text), ("rows", Whole), ("meaning", Text)],
        [.. data.Funnel.Steps
            .Select(step => (object?[])[step.Stage, step.Reason, step.Rows, step.Meaning])
            .Prepend(["", "read", data.Funnel.RowsRead, "rows of the input"])
            .Append(["", "pending", data.Funnel.RowsPending, "selected, with no embedding under the model yet"])
            .Append(["", "study", data.Funnel.StudyRows, "rows with their image in a family"])]);

    /// <summary>The hosts that failed, those with most failures first.</summary>
    /// <param name="data">The report.</param>
    /// <param name="limit">How many of them; all if it is not given.</param>
    public static ResultTable Hosts(ReportData data, int limit = int.MaxValue) => new(
        "hosts",
        [("host", Text), ("rows", Whole), ("stored", Whole), ("failed", Whole), ("reason", Text), ("reason_rows", Whole)],
        [.. data.FailingHosts.Take(limit).SelectMany(host => host.Reasons.Select(reason => (object?[])[host.Host, host.Rows, host.Stored, host.Failed, reason.Key, reason.Value]))]);
}
