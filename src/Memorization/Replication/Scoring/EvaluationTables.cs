using Memorization.Report;
using static Memorization.Report.ResultTable;

namespace Memorization.Replication.Scoring;

/// <summary>An evaluation as tables.</summary>
public static class EvaluationTables
{
    /// <summary>Writes every table as CSV and Parquet.</summary>
    /// <param name="evaluation">What was computed.</param>
    /// <param name="folder">Where to; made if it is not there.</param>
    /// <exception cref="Configuration.SetupException">The folder cannot be written.</exception>
    public static async Task WriteAsync(Evaluation evaluation, string folder)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        await ResultTable.WriteAllAsync([ImagesOf(evaluation), .. Of(evaluation)], folder).ConfigureAwait(false);
    }

    /// <summary>The tables without the single images.</summary>
    internal static IEnumerable<ResultTable> Of(Evaluation evaluation)
    {
        yield return Rates(evaluation.Rates);
        yield return new ResultTable(
            "replication_any_of",
            [("group", Text), ("caption", Text), ("kind", Text), ("family", Text), ("score", Text), ("rule", Text), ("k", Whole), ("probability", Real)],
            [.. evaluation.Rates.SelectMany(rate => rate.AnyOf.Select(any => (object?[])
            [
                rate.Group, rate.Caption, rate.Kind, rate.Family, Name(rate.Score), rate.Rule, any.Key, any.Value,
            ]))]);
        yield return new ResultTable(
            "replication_curve",
            [("kind", Text), ("score", Text), ("threshold", Real), ("images", Whole), ("replicated", Whole), ("share", Real), ("low", Real), ("high", Real)],
            [.. evaluation.Curve.Select(point => (object?[])[point.Kind, Name(point.Score), point.Threshold, point.Images, point.Replicated, point.Share, point.Low, point.High])]);
        yield return new ResultTable(
            "replication_calibration",
            [("score", Text), ("false_positive_rate", Real), ("pairs", Whole), ("threshold", Real), ("held_out_pairs", Whole), ("held_out_false_positives", Whole), ("low", Real), ("high", Real)],
            [.. evaluation.Calibrated.Select(one => (object?[])
            [
                Name(one.Score), one.FalsePositiveRate, one.Pairs, one.Threshold, one.HeldOutPairs, one.HeldOutFalsePositives, one.Low, one.High,
            ])]);
        yield return new ResultTable(
            "seed_consistency",
            [("caption", Text), ("images", Whole), ("groups", Whole), ("largest", Whole), ("share", Real)],
            [.. evaluation.Consistency.Select(one => (object?[])[one.Caption, one.Images, one.Groups, one.Largest, one.Share])]);
        yield return new ResultTable(
            "family_frequency",
            [("family", Text), ("copies", Whole), ("words", Text), ("dominant_share", Real), ("caption_entropy", Real)],
            [.. evaluation.Frequencies.Select(one => (object?[])[one.Family, one.Copies, string.Join(' ', one.Words), one.DominantShare, one.CaptionEntropy])]);
        if (evaluation.Objects.Count > 0) yield return Objects(evaluation.Objects.SelectMany(one => one.Shares.Select(share => (one.Name, share))));
        if (evaluation.Model is not { } model) yield break;
        yield return new ResultTable(
            "frequency_model",
            [("feature", Text), ("mean", Real), ("deviation", Real), ("slope", Real), ("error", Real), ("held_out_auc", Real)],
            [.. model.Slopes.Select(slope => (object?[])[slope.Feature, slope.Mean, slope.Deviation, slope.Slope, slope.Error, model.HeldOutAuc])]);
    }

    /// <summary>How many images reach a threshold.</summary>
    internal static ResultTable Rates(IEnumerable<ReplicationRate> rates) => new(
        "replication_rates",
        [
            ("group", Text), ("caption", Text), ("kind", Text), ("family", Text), ("score", Text), ("rule", Text), ("threshold", Real), ("probes", Whole), ("images", Whole),
            ("replicated", Whole), ("share", Real), ("low", Real), ("high", Real),
        ],
        [.. rates.Select(rate => (object?[])
        [
            rate.Group, rate.Caption, rate.Kind, rate.Family, Name(rate.Score), rate.Rule, rate.Threshold, rate.Probes, rate.Images, rate.Replicated, rate.Share, rate.Low, rate.High,
        ])]);

    /// <summary>How many images show an object.</summary>
    internal static ResultTable Objects(IEnumerable<(string Object, ObjectShare Share)> shares) => new(
        "generated_objects",
        [
            ("object", Text), ("group", Text), ("caption", Text), ("kind", Text), ("probes", Whole), ("images", Whole), ("positives", Whole), ("apparent", Real), ("low", Real), ("high", Real),
            ("corrected", Real), ("corrected_low", Real), ("corrected_high", Real),
        ],
        [.. shares.Select(of => (object?[])
        [
            of.Object, of.Share.Group, of.Share.Caption, of.Share.Kind, of.Share.Probes, of.Share.Images, of.Share.Positives, of.Share.Share, of.Share.Interval?.Low, of.Share.Interval?.High,
            of.Share.Corrected, of.Share.CorrectedInterval?.Low, of.Share.CorrectedInterval?.High,
        ])]);

    private static ResultTable ImagesOf(Evaluation evaluation) => new(
        "generated_images",
        [("image", Text), ("caption", Text), ("kind", Text), ("family", Text), ("seed", Whole), ("max", Real), ("top_three", Real), ("nearest_image", Text), ("nearest_family", Text), ("nearest_cosine", Real)],
        [.. evaluation.Images.Select(image => (object?[])
        [
            image.Image, image.Probe.Caption, image.Probe.Kind, image.Probe.Family, image.Seed, image.Score?.Max, image.Score?.TopThree, image.Score?.Nearest, image.NearestFamily, image.NearestCosine,
        ])]);

    private static string Name(ScoreKind kind) => kind == ScoreKind.Max ? "max" : "top_three";
}
