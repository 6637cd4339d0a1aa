using System.Globalization;
using Memorization.Analysis;
using Spectre.Console;

namespace Memorization.Pipelines.Terminal;

/// <summary>What was computed of a study, as a person reads it.</summary>
internal static class AnalysisView
{
    /// <summary>Prints every table that has a line.</summary>
    /// <param name="analysis">What was computed.</param>
    /// <param name="limit">Lines of a table.</param>
    public static void Print(StudyAnalysis analysis, int limit)
    {
        AnsiConsole.Write(Tables.Families(analysis.Families, limit));
        if (analysis.Shares.Count > 0) AnsiConsole.Write(Shares(analysis.Shares));
        if (analysis.Triggers.Count > 0) AnsiConsole.Write(Triggers(analysis.Triggers, limit));
        PrintDrop(analysis.Drop);
        if (analysis.Sweep.Count > 0) AnsiConsole.Write(Sweep(analysis.Sweep));
    }

    /// <summary>Prints what dropping rows does, a line for each word set.</summary>
    public static void PrintDrop(DropEffect drop)
    {
        var dropping = $"Dropping {Number(drop.Dropped)} of {Number(drop.Rows)} rows, so that no family is seen more than {(drop.RowsPerFamily == 1 ? "once" : $"{Number(drop.RowsPerFamily)} times")},";
        foreach (var words in drop.Words.Where(words => words.Family is not null))
        {
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{dropping} moves P({words.Family![..8]} | {string.Join(", ", words.Words)}) from {words.Share:0.00##} to {(words.ShareLeft is { } left ? left.ToString("0.00##", CultureInfo.InvariantCulture) : "nothing: no row with the words is left")}."));
        }
    }

    private static Table Shares(IReadOnlyList<WordShare> shares)
    {
        var table = new Table().RoundedBorder().Title("What the rows with some words show").AddColumn("words").AddColumn(Right("rows")).AddColumn(Right("families"))
            .AddColumn(Right("largest family")).AddColumn("95 %").AddColumn(Right("rooted in the keyword")).AddColumn("95 %").AddColumn(Right("no image"));
        foreach (var share in shares)
        {
            table.AddRow(
                string.Join(' ', share.Words).EscapeMarkup() + (share.Without.Count > 0 ? $" [grey]without {string.Join(", ", share.Without).EscapeMarkup()}[/]" : ""),
                Number(share.Rows), Number(share.Families), Percent(share.Share), Interval(share.Low, share.High), Percent(share.KeywordShare), Interval(share.KeywordLow, share.KeywordHigh), Number(share.Missing));
        }

        return table;
    }

    private static Table Triggers(IReadOnlyList<Trigger> triggers, int limit)
    {
        var table = new Table().RoundedBorder().Title(triggers.Count > limit ? $"Triggers: the first {limit} of {triggers.Count}" : "Triggers")
            .AddColumn("words").AddColumn("family").AddColumn(Right("rows")).AddColumn(Right("of the family")).AddColumn(Right("share")).AddColumn("95 %").AddColumn(Right("lift")).AddColumn(Right("q"));
        foreach (var trigger in triggers.Take(limit))
        {
            table.AddRow(
                string.Join(' ', trigger.Words).EscapeMarkup(), trigger.Family[..8], Number(trigger.Rows), Number(trigger.FamilyRows), Percent(trigger.Share), Interval(trigger.Low, trigger.High),
                trigger.Lift.ToString("N1", CultureInfo.InvariantCulture), trigger.Q.ToString("0.#e-0", CultureInfo.InvariantCulture));
        }

        return table;
    }

    private static Table Sweep(IReadOnlyList<ThresholdStep> steps)
    {
        var table = new Table().RoundedBorder().Title("Other thresholds").AddColumn(Right("threshold")).AddColumn(Right("families of two")).AddColumn(Right("rows in them"))
            .AddColumn(Right("largest")).AddColumn(Right("agreement (ARI)"));
        foreach (var step in steps)
        {
            table.AddRow(
                step.Threshold.ToString("0.00##", CultureInfo.InvariantCulture) + (step.IsStudys ? " [grey]the study's[/]" : ""), Number(step.FamiliesOfTwo), Number(step.RowsInFamilies),
                Number(step.LargestRows), step.Agreement.ToString("0.000", CultureInfo.InvariantCulture));
        }

        return table;
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double? share) => share is { } value ? value.ToString("P1", CultureInfo.InvariantCulture) : "–";

    private static string Interval(double low, double high) => string.Create(CultureInfo.InvariantCulture, $"{100 * low:0.0} – {100 * high:0.0}");
}
