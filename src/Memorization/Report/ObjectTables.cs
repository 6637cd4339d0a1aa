using Memorization.Objects;
using Memorization.Statistics;
using static Memorization.Report.ResultTable;

namespace Memorization.Report;

/// <summary>What is known of an object, as tables whose names begin with the object's: every number can be counted again from its scores.</summary>
public static class ObjectTables
{
    /// <summary>Writes every table as CSV and Parquet.</summary>
    /// <param name="result">What is known, as it was just computed.</param>
    /// <param name="folder">Where to; made if it is not there.</param>
    /// <exception cref="Configuration.SetupException">The folder cannot be written.</exception>
    public static async Task WriteAsync(ObjectResult result, string folder)
    {
        ArgumentNullException.ThrowIfNull(result);
        await ResultTable.WriteAllAsync([.. Counted(result), Scores(result)], folder).ConfigureAwait(false);
    }

    /// <summary>The tables without the rows that they were counted from.</summary>
    internal static IEnumerable<ResultTable> Counted(ObjectResult result) => [Estimates(result), Ratios(result), Funnel(result), Calibration(result), Kappa(result)];

    internal static ResultTable Estimates(ObjectResult result) => new(
        $"{result.Name}-estimates",
        [
            ("group", Text), ("words", Text), ("named", Flag), ("by", Text), ("unit", Text), ("positives", Whole), ("total", Whole), ("apparent", Real), ("wilson_low", Real), ("wilson_high", Real),
            ("clustered_low", Real), ("clustered_high", Real), ("corrected", Real), ("corrected_low", Real), ("corrected_high", Real), ("corrected_clustered_low", Real), ("corrected_clustered_high", Real),
        ],
        [.. result.Groups.SelectMany(group => group.Prevalence.Select(prevalence => ("detector", prevalence)).Append(("hand", group.ByHand)).Select(listed => (object?[])
        [
            Name(group.Group.Kind), group.Group.Words, group.Group.IsNamed, listed.Item1, Name(listed.Item2.Unit), listed.Item2.Positives, listed.Item2.All, listed.Item2.Apparent,
            .. Ends(listed.Item2.Wilson), .. Ends(listed.Item2.Clustered), listed.Item2.Corrected, .. Ends(listed.Item2.CorrectedInterval), .. Ends(listed.Item2.CorrectedClustered),
        ]))]);

    internal static ResultTable Ratios(ObjectResult result) => new(
        $"{result.Name}-ratios",
        [
            ("against", Text), ("words", Text), ("unit", Text), ("ratio", Real), ("katz_low", Real), ("katz_high", Real), ("halves_added", Flag), ("clustered_low", Real), ("clustered_high", Real),
            ("corrected", Real), ("corrected_clustered_low", Real), ("corrected_clustered_high", Real),
        ],
        [.. result.Ratios.Select(ratio => (object?[])
        [
            Name(ratio.Against.Kind), ratio.Against.Words, Name(ratio.Unit), ratio.Ratio, .. Ends(ratio.Katz), ratio.IsAdjusted, ratio.Clustered?.Low, ratio.Clustered?.High,
            ratio.Corrected, ratio.CorrectedClustered?.Low, ratio.CorrectedClustered?.High,
        ])]);

    internal static ResultTable Funnel(ObjectResult result) => new(
        $"{result.Name}-funnel",
        [
            ("group", Text), ("words", Text), ("named", Flag), ("kept", Whole), ("without_image", Whole), ("not_drawn", Whole), ("without_pixels", Whole), ("unreadable", Whole), ("without_score", Whole),
            ("scored", Whole), ("scored_by_thumbnail", Whole),
        ],
        [.. result.Groups.Select(group => (object?[])
        [
            Name(group.Group.Kind), group.Group.Words, group.Group.IsNamed, group.Funnel.Kept, group.Funnel.WithoutImage, group.Funnel.NotDrawn, group.Funnel.WithoutPixels, group.Funnel.Unreadable,
            group.Funnel.WithoutScore, group.Funnel.Scored, group.Funnel.ScoredByThumbnail,
        ])]);

    private static ResultTable Calibration(ObjectResult result)
    {
        var of = result.Calibration;
        return new(
            $"{result.Name}-calibration",
            [
                ("threshold", Real), ("source", Text), ("rule", Text), ("measurement", Text), ("folds", Whole), ("measure", Text), ("right", Whole), ("images", Whole), ("share", Real), ("low", Real), ("high", Real), ("auc", Real),
            ],
            [.. new (string Name, RightShare? Share)[]
            {
                ("sensitivity", of.Sensitivity), ("specificity", of.Specificity), ("resubstituted_sensitivity", of.ResubstitutedSensitivity), ("resubstituted_specificity", of.ResubstitutedSpecificity),
            }.Where(measure => measure.Share is not null).Select(measure => (object?[])
            [
                of.Threshold, Name(of.Source), of.Rule is { } rule ? Name(rule) : null, Name(of.Measurement), of.Folds, measure.Name, measure.Share!.Right, measure.Share.Images, measure.Share.Share,
                measure.Share.Low, measure.Share.High, of.Auc,
            ])]);
    }

    private static ResultTable Kappa(ObjectResult result) => new(
        $"{result.Name}-kappa",
        [("first", Text), ("second", Text), ("images", Whole), ("observed", Real), ("expected", Real), ("kappa", Real), ("standard_error", Real), ("low", Real), ("high", Real)],
        [.. result.Labels.Agreements.Select(pair => (object?[])[pair.First, pair.Second, pair.Images, pair.Observed, pair.Expected, pair.Kappa, pair.StandardError, .. Ends(pair.Interval)])]);

    private static ResultTable Scores(ObjectResult result) => new(
        $"{result.Name}-scores",
        [
            ("group", Text), ("words", Text), ("named", Flag), ("row_key", Text), ("caption", Text), ("url", Text), ("content_id", Text), ("family", Text), ("pixels", Text), ("score", Real), ("positive", Flag), ("label", Flag),
            ("tile_left", Real), ("tile_top", Real), ("tile_width", Real), ("tile_height", Real),
        ],
        [.. result.Rows.Select(row => (object?[])
        [
            Name(row.Group.Kind), row.Group.Words, row.Group.IsNamed, row.Row.RowKey, row.Row.Caption, row.Row.Url, row.Row.ContentId, row.Row.Family, row.Score.Pixels, row.Score.Score, row.IsPositive, row.Label,
            row.Score.TileLeft, row.Score.TileTop, row.Score.TileWidth, row.Score.TileHeight,
        ])]);

    private static object?[] Ends(Interval? interval) => [interval?.Low, interval?.High];

    private static string Name<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
