using System.Globalization;
using Memorization.Analysis;
using Memorization.Flow;
using Memorization.Store;
using Spectre.Console;

namespace Memorization.Pipelines.Terminal;

/// <summary>The funnel and Table 1 as a person reads them.</summary>
internal static class Tables
{
    /// <summary>Rows by reason, in the order of the stages, with what each stage let through.</summary>
    public static Table Funnel(RunResult result)
    {
        var table = new Table().Title("Funnel").RoundedBorder()
            .AddColumn("stage").AddColumn("reason").AddColumn(new TableColumn("rows").RightAligned()).AddColumn("meaning");
        table.AddRow("", "[bold]read[/]", Number(result.RowsRead), "rows of the input");
        var stage = (StageName?)null;
        foreach (var (reason, rows) in result.Reasons.OrderBy(pair => pair.Key))
        {
            table.AddRow(reason.Stage() == stage ? "" : reason.Stage().ToString(), reason.ToString(), Number(-rows), reason.Meaning().EscapeMarkup());
            stage = reason.Stage();
        }

        if (result.RowsKnown > 0) table.AddRow("Known", "committed before", Number(result.RowsKnown), "rows that earlier runs stored");
        return table.AddRow("Store", "[bold]stored[/]", Number(result.RowsStored), "rows this run committed with their embedding");
    }

    /// <summary>The largest families with their words.</summary>
    public static Table Families(IReadOnlyList<FamilySummary> families, int limit)
    {
        var table = new Table().RoundedBorder()
            .Title(families.Count > limit ? $"Table 1: the {limit} largest of {families.Count} families" : $"Table 1: {families.Count} families")
            .AddColumn(new TableColumn("#").RightAligned()).AddColumn(new TableColumn("rows").RightAligned())
            .AddColumn(new TableColumn("share").RightAligned()).AddColumn(new TableColumn("images").RightAligned()).AddColumn("family").AddColumn("frequent words (rows)");
        foreach (var (family, rank) in families.Take(limit).Select((family, i) => (family, i + 1)))
        {
            var words = family.Words.Where(word => !word.StopWord).Take(6).Select(word => $"{word.Word.EscapeMarkup()} [grey]{word.Count}[/]");
            table.AddRow(
                Number(rank), Number(family.Size), family.Share.ToString("P1", CultureInfo.InvariantCulture), Number(family.Contents),
                family.Family[..8], string.Join(", ", words));
        }

        return table;
    }

    /// <summary>What a run would do.</summary>
    public static Table Work(WorkAhead work)
    {
        var plan = work.Plan;
        return new Table().RoundedBorder().Title("What a run would do").AddColumn("step").AddColumn(new TableColumn("number").RightAligned()).AddColumn("of")
            .AddRow("skip", Number(plan.RowsFinished), $"rows in {Number(plan.UnitsFinished)} row groups of which nothing has changed")
            .AddRow("judge", Number(plan.RowsJudged), $"stored rows of {Number(plan.UnitsJudged)} row groups, without reading these")
            .AddRow("scan", Number(plan.RowsScanned), $"rows in {Number(plan.UnitsScanned)} row groups")
            .AddRow("fetch", Number(work.Fetch), "images that were never asked for")
            .AddRow("fetch again", Number(work.FetchAgain), "images that failed, or whose bytes were not kept")
            .AddRow("reread", Number(work.Reread), "images whose bytes are in the store")
            .AddRow("embed", Number(work.EmbedAtMost), "images at most")
            .AddRow("join", Number(work.Join), "stored images that come into the families, besides those fetched")
            .AddRow("leave", Number(work.Leave), "images that leave the families");
    }

    /// <summary>The hosts with most failures, of one reason if it is given.</summary>
    public static Table Hosts(IReadOnlyList<HostOutcome> hosts, Reason? reason = null)
    {
        var table = new Table().RoundedBorder().Title(reason is null ? "Hosts with most failures" : $"Hosts with most failures of the reason {reason}")
            .AddColumn("host").AddColumn(new TableColumn("rows").RightAligned()).AddColumn(new TableColumn("stored").RightAligned())
            .AddColumn(new TableColumn("failed").RightAligned()).AddColumn("failed for (rows)");
        foreach (var host in hosts)
        {
            table.AddRow(
                host.Host.EscapeMarkup(), Number(host.Rows), Number(host.Stored), Number(host.Failed),
                string.Join(", ", host.Reasons.Select(reason => $"{reason.Key} [grey]{reason.Value}[/]")));
        }

        return table;
    }

    /// <summary>The formats that are not read.</summary>
    public static Table Formats(IReadOnlyList<UnreadFormat> formats)
    {
        var table = new Table().RoundedBorder().Title("Formats that are not read").AddColumn("format").AddColumn(new TableColumn("rows").RightAligned());
        foreach (var format in formats) table.AddRow(format.Format.EscapeMarkup(), Number(format.Rows));
        return table;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
