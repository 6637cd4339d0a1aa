using System.Globalization;
using Memorization.Objects;
using Memorization.Statistics;
using Spectre.Console;

namespace Memorization.Pipelines.Terminal;

/// <summary>What is known of an object, as a person reads it.</summary>
internal static class ObjectsView
{
    /// <summary>Prints funnel, shares, ratios and what they rest on.</summary>
    public static void Print(ObjectResult result)
    {
        AnsiConsole.Write(Groups(result));
        AnsiConsole.Write(Shares(result));
        if (result.Ratios.Any(ratio => ratio.Ratio is not null)) AnsiConsole.Write(Ratios(result));
        foreach (var line in ObjectSentences.Of(result)) Console.Out.WriteLine(line);
        Console.Out.WriteLine();
    }

    // Only what is there: six groups of seven numbers do not fit on a terminal of 80 columns.
    private static Table Groups(ObjectResult result)
    {
        var groups = result.Groups.Where(group => group.Funnel.Kept > 0).ToList();
        (string Head, Func<GroupFunnel, long> Rows)[] all =
        [
            ("no image", of => of.WithoutImage), ("not drawn", of => of.NotDrawn), ("no pixels", of => of.WithoutPixels), ("unreadable", of => of.Unreadable), ("no score", of => of.WithoutScore),
        ];
        var columns = all.Where(column => groups.Any(group => column.Rows(group.Funnel) > 0)).Prepend(("kept", of => of.Kept)).Append(("scored", of => of.Scored)).ToList();
        var table = new Table().RoundedBorder().Title($"{result.Name.EscapeMarkup()}: rows").AddColumn(new TableColumn("group").NoWrap());
        foreach (var (head, _) in columns) table.AddColumn(Right(head));
        foreach (var group in groups) table.AddRow([group.Group.Name.EscapeMarkup(), .. columns.Select(column => Number(column.Rows(group.Funnel)))]);
        return table;
    }

    private static Table Shares(ObjectResult result)
    {
        var isCorrected = result.Groups.Any(group => group.Prevalence.Any(of => of.Corrected is not null));
        var table = new Table().RoundedBorder().Title($"{result.Name.EscapeMarkup()}: share with the object").AddColumn(new TableColumn("group").NoWrap()).AddColumn("by").AddColumn(Right("with"))
            .AddColumn(Right("of")).AddColumn(Right("apparent")).AddColumn(new TableColumn("95 %").NoWrap());
        if (isCorrected) table.AddColumn(Right("corrected")).AddColumn(new TableColumn("95 %").NoWrap());
        foreach (var group in result.Groups.Where(group => group.Funnel.Scored > 0))
        {
            foreach (var of in group.Prevalence)
            {
                string[] cells =
                [
                    of.Unit == CountedUnit.Rows ? group.Group.Name.EscapeMarkup() : "", of.Unit.ToString().ToLowerInvariant(), Number(of.Positives), Number(of.All), Percent(of.Apparent),
                    Interval(of.Clustered ?? of.Wilson),
                ];
                table.AddRow(isCorrected ? [.. cells, Percent(of.Corrected), Interval(of.CorrectedClustered ?? of.CorrectedInterval)] : cells);
            }

            if (group.ByHand.All > 0) table.AddRow("", "hand", Number(group.ByHand.Positives), Number(group.ByHand.All), Percent(group.ByHand.Apparent), Interval(group.ByHand.Wilson));
        }

        return table;
    }

    private static Table Ratios(ObjectResult result)
    {
        var isCorrected = result.Ratios.Any(ratio => ratio.Corrected is not null);
        var table = new Table().RoundedBorder().Title($"{result.Name.EscapeMarkup()}: {result.Keyword.EscapeMarkup()}, not named, against").AddColumn(new TableColumn("group").NoWrap()).AddColumn("by")
            .AddColumn(Right("risk ratio")).AddColumn(new TableColumn("Katz 95 %").NoWrap()).AddColumn(new TableColumn("families 95 %").NoWrap());
        if (isCorrected) table.AddColumn(Right("corrected")).AddColumn(new TableColumn("95 %").NoWrap());
        foreach (var ratio in result.Ratios.Where(ratio => ratio.Ratio is not null))
        {
            string[] cells =
            [
                ratio.Unit == CountedUnit.Rows ? ratio.Against.Name.EscapeMarkup() : "", ratio.Unit.ToString().ToLowerInvariant(), Times(ratio.Ratio) + (ratio.IsAdjusted ? "*" : ""),
                ratio.Katz is { } katz ? $"{Times(katz.Low)}–{Times(katz.High)}" : "", Interval(ratio.Clustered),
            ];
            table.AddRow(isCorrected ? [.. cells, Times(ratio.Corrected), Interval(ratio.CorrectedClustered)] : cells);
        }

        return result.Ratios.Any(ratio => ratio is { IsAdjusted: true, Ratio: not null }) ? table.Caption("* half a positive and half a negative added to each group") : table;
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned().NoWrap();

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double? share) => share is { } value ? value.ToString("P1", CultureInfo.InvariantCulture) : "–";

    private static string Times(double? ratio) => ratio is { } value ? value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture) : "–";

    private static string Interval(Interval? interval) => interval is { } of ? string.Create(CultureInfo.InvariantCulture, $"{100 * of.Low:0.0}–{100 * of.High:0.0}") : "";

    private static string Interval(RatioInterval? interval) => interval is { } of ? $"{Times(of.Low)}–{(of.High is null ? "∞" : Times(of.High))}" : "";
}
