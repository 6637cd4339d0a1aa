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
        if (result.Ratios.Count > 0) AnsiConsole.Write(Ratios(result));
        foreach (var line in ObjectSentences.Of(result)) Console.Out.WriteLine(line);
        Console.Out.WriteLine();
    }

    private static Table Groups(ObjectResult result)
    {
        var table = new Table().RoundedBorder().Title($"{result.Name.EscapeMarkup()}: rows").AddColumn("group").AddColumn(Right("kept")).AddColumn(Right("no image")).AddColumn(Right("not drawn"))
            .AddColumn(Right("no pixels")).AddColumn(Right("unreadable")).AddColumn(Right("no score")).AddColumn(Right("scored"));
        foreach (var group in result.Groups)
        {
            var of = group.Funnel;
            table.AddRow(
                group.Group.Name.EscapeMarkup(), Number(of.Kept), Number(of.WithoutImage), Number(of.NotDrawn), Number(of.WithoutPixels), Number(of.Unreadable), Number(of.WithoutScore), Number(of.Scored));
        }

        return table;
    }

    private static Table Shares(ObjectResult result)
    {
        var table = new Table().RoundedBorder().Title($"{result.Name.EscapeMarkup()}: share with the object").AddColumn("group").AddColumn("by").AddColumn(Right("positive")).AddColumn(Right("of"))
            .AddColumn(Right("apparent")).AddColumn("95 %").AddColumn(Right("corrected")).AddColumn("95 %");
        foreach (var group in result.Groups.Where(group => group.Funnel.Scored > 0))
        {
            foreach (var of in group.Prevalence)
            {
                table.AddRow(
                    of.Unit == CountedUnit.Rows ? group.Group.Name.EscapeMarkup() : "", of.Unit.ToString().ToLowerInvariant(), Number(of.Positives), Number(of.All),
                    Percent(of.Apparent), Interval(of.Clustered ?? of.Wilson), Percent(of.Corrected), Interval(of.CorrectedClustered ?? of.CorrectedInterval));
            }

            if (group.ByHand.All > 0) table.AddRow("", "[grey]hand[/]", Number(group.ByHand.Positives), Number(group.ByHand.All), Percent(group.ByHand.Apparent), Interval(group.ByHand.Wilson), "", "");
        }

        return table;
    }

    private static Table Ratios(ObjectResult result)
    {
        var table = new Table().RoundedBorder().Title($"{result.Name.EscapeMarkup()}: {result.Keyword.EscapeMarkup()}, not named, against").AddColumn("group").AddColumn("by").AddColumn(Right("risk ratio"))
            .AddColumn("95 % (Katz)").AddColumn("95 % (families)").AddColumn(Right("corrected")).AddColumn("95 %");
        foreach (var ratio in result.Ratios)
        {
            table.AddRow(
                ratio.Unit == CountedUnit.Rows ? ratio.Against.Name.EscapeMarkup() : "", ratio.Unit.ToString().ToLowerInvariant(), Times(ratio.Ratio) + (ratio.IsAdjusted && ratio.Ratio is not null ? " [grey]½ added[/]" : ""),
                ratio.Katz is { } katz ? $"{Times(katz.Low)} – {Times(katz.High)}" : "", Interval(ratio.Clustered), Times(ratio.Corrected), Interval(ratio.CorrectedClustered));
        }

        return table;
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double? share) => share is { } value ? value.ToString("P1", CultureInfo.InvariantCulture) : "–";

    private static string Times(double? ratio) => ratio is { } value ? value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture) : "–";

    private static string Interval(Interval? interval) => interval is { } of ? string.Create(CultureInfo.InvariantCulture, $"{100 * of.Low:0.0} – {100 * of.High:0.0}") : "";

    private static string Interval(RatioInterval? interval) => interval is { } of ? $"{Times(of.Low)} – {(of.High is null ? "∞" : Times(of.High))}" : "";
}
