using System.Globalization;
using Memorization.Replication.Scoring;
using Memorization.Statistics;
using Spectre.Console;

namespace Memorization.Pipelines.Terminal;

/// <summary>An evaluation as a person reads it.</summary>
internal static class EvaluationView
{
    private const int MostProbes = 40;

    /// <summary>Prints the rates of the highest cosine, and what they rest on.</summary>
    public static void Print(Evaluation evaluation)
    {
        foreach (var rule in evaluation.Rates.Select(rate => rate.Rule).Distinct()) AnsiConsole.Write(Rates(evaluation, rule));
        foreach (var one in evaluation.Calibrated.Where(one => one.Score == ScoreKind.Max))
        {
            AnsiConsole.WriteLine(one.Threshold is { } threshold
                ? string.Create(CultureInfo.InvariantCulture, $"calibrated: {threshold:0.0000}, which {one.HeldOutFalsePositives} of {one.HeldOutPairs} other pairs reach ({one.Low:P2} to {one.High:P2})")
                : string.Create(CultureInfo.InvariantCulture, $"calibrated: none, {one.Pairs} pairs are too few for {one.FalsePositiveRate:P1}"));
        }

        if (evaluation.Model is { } model)
        {
            var slopes = string.Join(", ", model.Slopes.Select(slope => string.Create(CultureInfo.InvariantCulture, $"{slope.Feature} {slope.Slope:+0.00;-0.00} ± {slope.Error:0.00}")));
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"log-odds of replication per standard deviation: {slopes}; held-out AUC {model.HeldOutAuc:0.000}"));
        }

        foreach (var one in evaluation.Objects) AnsiConsole.Write(Objects(one));
        if (evaluation.WithoutProbe + evaluation.WithoutFamily > 0)
            AnsiConsole.WriteLine($"not counted: {evaluation.WithoutProbe} images of no probe's caption, {evaluation.WithoutFamily} of probes without a family in the study");
    }

    private static Table Rates(Evaluation evaluation, string rule)
    {
        var rates = evaluation.Rates.Where(rate => rate.Rule == rule && rate.Score == ScoreKind.Max).ToList();
        var table = new Table().RoundedBorder().Title($"Replicated, threshold {(rule == ReplicationRate.Hand ? "set by hand" : "calibrated")}").AddColumn("probes").AddColumn("kind").AddColumn("family")
            .AddColumn(Right("images")).AddColumn(Right("replicated")).AddColumn(Right("share")).AddColumn("95 %").AddColumn("consistent");
        var consistency = evaluation.Consistency.ToDictionary(one => one.Caption);
        foreach (var rate in rates.Where(rate => rate.Group != "probe").Concat(rates.Where(rate => rate.Group == "probe").OrderByDescending(rate => rate.Share).Take(MostProbes)))
        {
            table.AddRow(
                (rate.Caption ?? (rate.Group == "all" ? "all" : $"all {rate.Probes}")).EscapeMarkup(), (rate.Kind ?? "").EscapeMarkup(), rate.Family?[..Math.Min(8, rate.Family.Length)] ?? "",
                rate.Images.ToString("N0", CultureInfo.InvariantCulture), rate.Replicated.ToString("N0", CultureInfo.InvariantCulture), rate.Share.ToString("P1", CultureInfo.InvariantCulture),
                rate.Low is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{rate.Low:P1}–{rate.High:P1}"),
                rate.Caption is not null ? consistency[rate.Caption].Share.ToString("P0", CultureInfo.InvariantCulture) : "");
        }

        return table;
    }

    private static Table Objects(GeneratedObject one)
    {
        var table = new Table().RoundedBorder().Title($"{one.Description} in generated images".EscapeMarkup()).AddColumn("captions")
            .AddColumn(Right("images")).AddColumn(Right("positive")).AddColumn(Right("apparent")).AddColumn("95 %").AddColumn(Right("corrected")).AddColumn("95 %");
        foreach (var share in one.Shares.Where(share => share.Group != "probe").Concat(one.Shares.Where(share => share.Group == "probe").OrderByDescending(share => share.Share).Take(MostProbes)))
        {
            table.AddRow(
                (share.Caption ?? (share.Group == "all" ? "all" : $"all {share.Probes} {share.Kind}")).EscapeMarkup(), share.Images.ToString("N0", CultureInfo.InvariantCulture),
                share.Positives.ToString("N0", CultureInfo.InvariantCulture), share.Share.ToString("P1", CultureInfo.InvariantCulture), Ends(share.Interval),
                share.Corrected?.ToString("P1", CultureInfo.InvariantCulture) ?? "", Ends(share.CorrectedInterval));
        }

        return table;
    }

    private static string Ends(Interval? interval) => interval is { } of ? string.Create(CultureInfo.InvariantCulture, $"{of.Low:P1}–{of.High:P1}") : "";

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();
}
