using System.Globalization;

namespace Memorization.Objects;

/// <summary>What an object's numbers rest on, in words: the same on the terminal and in the report.</summary>
public static class ObjectSentences
{
    /// <summary>Detector, pixels, threshold, labels: a sentence or two each.</summary>
    public static IReadOnlyList<string> Of(ObjectResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return [Detector(result), Pixels(result.Images), .. Threshold(result), .. Labels(result)];
    }

    private static string Detector(ObjectResult result)
    {
        var of = result.Detector;
        var tiles = Text($"the whole picture and overlapping tiles of {string.Join(", ", of.Scales.Select(scale => scale.ToString("0.##", CultureInfo.InvariantCulture)))} of its shorter side");
        return of.Kind == DetectorKind.Prompts
            ? Text($"Detector: {result.Options.Prompts.Count} prompts against {result.Options.Contrast.Count} others, by {of.Model}; the best of {tiles} counts.")
            : Text($"Detector: similarity to {of.References} {(of.References == 1 ? "crop" : "crops")} of the object, by {of.Model}; the best of {tiles} counts.");
    }

    private static string Pixels(ImageCounts of)
    {
        var kept = Text($"Of {of.Wanted:N0} distinct images, {of.Original:N0} were looked at as received, {of.Thumbnail:N0} as thumbnails of 112 pixels, and of {of.WithoutPixels:N0} nothing was kept.");
        return kept + (of.Thumbnail > 0 ? " A thumbnail is the centre crop only, and small things in it are hard to see: store.images = original keeps the pictures." : "");
    }

    private static IEnumerable<string> Threshold(ObjectResult result)
    {
        var of = result.Calibration;
        yield return of.Source switch
        {
            ThresholdSource.Given => Text($"Threshold {of.Threshold:0.###}: the study's."),
            ThresholdSource.Labels when of.Rule == ThresholdRule.FalsePositiveRate => Text($"Threshold {of.Threshold:0.###}: the lowest with at most {100 * result.Options.FalsePositiveRate:0.#} % false positives among the labelled images."),
            ThresholdSource.Labels => Text($"Threshold {of.Threshold:0.###}: the one with the largest sum of sensitivity and specificity on the labelled images."),
            _ => Text($"Threshold {of.Threshold:0.###}: a standard value that nobody calibrated."),
        };
        if (of.Measurement == Measurement.None)
        {
            yield return "There are no labels of both kinds: the shares are apparent, what the detector says, and nobody knows how often it is right. Label a sample (--label DIR).";
            yield break;
        }

        var how = of.Measurement switch
        {
            Measurement.Independent => "on labelled images that had no say in the threshold",
            Measurement.CrossValidated => Text($"cross-validated in {of.Folds} folds of whole families, each scored with the threshold that the others choose"),
            _ => "on the very images that chose the threshold, since there are too few to set some apart: too good",
        };
        yield return Text($"Sensitivity {Share(of.Sensitivity)} and specificity {Share(of.Specificity)}, {how}; area under the ROC curve {of.Auc:0.000}.");
        if (!of.CanCorrect) yield return "The detector tells nothing (sensitivity and specificity sum to 1 or less): no share can be corrected.";
    }

    private static IEnumerable<string> Labels(ObjectResult result)
    {
        var of = result.Labels;
        if (of.Labellers.Count == 0) yield break;
        yield return Text($"{of.Images:N0} images were labelled by {string.Join(", ", of.Labellers)}: {of.Yes:N0} yes, {of.No:N0} no, {of.Unsure:N0} unsure, {of.Disagreements.Count:N0} on which they disagree and which count for nothing.");
        foreach (var pair in of.Agreements)
        {
            yield return pair.Kappa is { } kappa && pair.Interval is { } interval
                ? Text($"{pair.First} and {pair.Second} agree on {100 * pair.Observed:0.0} % of {pair.Images:N0} images; Cohen's kappa {kappa:0.00} ({interval.Low:0.00} to {interval.High:0.00}).")
                : Text($"{pair.First} and {pair.Second} labelled {pair.Images:N0} images in common, on which kappa is not defined.");
        }
    }

    private static string Share(RightShare of) => Text($"{100 * of.Share:0.0} % ({of.Right} of {of.Images}; {100 * of.Low:0.0} to {100 * of.High:0.0})");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
