using Memorization.Statistics;

namespace Memorization.Objects;

/// <summary>Where a threshold comes from.</summary>
public enum ThresholdSource
{
    /// <summary>Nobody said one: a standard value.</summary>
    Default,

    /// <summary>The study says it.</summary>
    Given,

    /// <summary>Chosen from the labelled images.</summary>
    Labels,
}

/// <summary>How sensitivity and specificity were measured.</summary>
public enum Measurement
{
    /// <summary>Not at all: there are no labels of both kinds.</summary>
    None,

    /// <summary>On the labelled images, none of which had a say in the threshold.</summary>
    Independent,

    /// <summary>By cross-validation: on each fold with the threshold that the other folds choose. Families stay together.</summary>
    CrossValidated,

    /// <summary>On the images that chose the threshold, there being too few to set some apart: too good.</summary>
    Resubstitution,
}

/// <summary>A share of labelled images with its exact interval (Clopper and Pearson) at 95 %.</summary>
/// <param name="Right">Images that the detector got right.</param>
/// <param name="Images">All of them.</param>
/// <param name="Share">Right among them; null without one.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public sealed record RightShare(long Right, long Images, double? Share, double Low, double High)
{
    internal Proportion Proportion => new(Right, Images);

    internal static RightShare Of(Proportion of)
    {
        var interval = of.ClopperPearson();
        return new RightShare(of.Successes, of.Trials, of.Trials == 0 ? null : of.Share, interval.Low, interval.High);
    }
}

/// <summary>A labelled image with a score.</summary>
internal readonly record struct LabelledScore(string ContentId, string Family, double Score, bool HasObject);

/// <summary>From which score on a picture counts as having the object, and how often that is right.</summary>
public sealed record Calibration
{
    private const int MostFolds = 10;
    private static readonly bool[] Kinds = [true, false];

    /// <summary>The threshold; scores at or above it are positive.</summary>
    public required double Threshold { get; init; }

    /// <summary>Where it comes from.</summary>
    public required ThresholdSource Source { get; init; }

    /// <summary>How it was chosen; null where it was not.</summary>
    public ThresholdRule? Rule { get; init; }

    /// <summary>How sensitivity and specificity were measured.</summary>
    public required Measurement Measurement { get; init; }

    /// <summary>Folds of the cross-validation; 0 without one.</summary>
    public int Folds { get; init; }

    /// <summary>Of labelled images with the object, those that score at or above the threshold.</summary>
    public required RightShare Sensitivity { get; init; }

    /// <summary>Of labelled images without it, those that score below.</summary>
    public required RightShare Specificity { get; init; }

    /// <summary>Sensitivity on the images that chose the threshold; null where none did.</summary>
    public RightShare? ResubstitutedSensitivity { get; init; }

    /// <summary>Specificity on the images that chose the threshold; null where none did.</summary>
    public RightShare? ResubstitutedSpecificity { get; init; }

    /// <summary>The probability that an image with the object scores above one without it, ties half: the area under the ROC curve. Null without images of both kinds.</summary>
    public required double? Auc { get; init; }

    /// <summary>Whether a corrected prevalence can be computed.</summary>
    internal bool CanCorrect => Measurement != Measurement.None && Sensitivity.Share + Specificity.Share > 1;

    /// <summary>Calibrates a detector.</summary>
    /// <param name="options">Threshold, rule and seed.</param>
    /// <param name="labelled">Labelled images.</param>
    /// <param name="standard">The threshold where neither the study nor labels say one.</param>
    internal static Calibration Of(ObjectOptions options, IReadOnlyList<LabelledScore> labelled, double standard)
    {
        var hasBoth = labelled.Any(image => image.HasObject) && labelled.Any(image => !image.HasObject);
        var isChosen = options.Threshold is null && hasBoth;
        var threshold = options.Threshold ?? (hasBoth ? Choose(options, labelled) : standard);
        var (sensitivity, specificity) = Measure(labelled, _ => threshold);
        var calibration = new Calibration
        {
            Threshold = threshold,
            Source = options.Threshold is not null ? ThresholdSource.Given : hasBoth ? ThresholdSource.Labels : ThresholdSource.Default,
            Rule = isChosen ? options.Rule : null,
            Measurement = hasBoth ? isChosen ? Measurement.Resubstitution : Measurement.Independent : Measurement.None,
            Sensitivity = sensitivity,
            Specificity = specificity,
            Auc = hasBoth ? AreaUnderCurve(labelled) : null,
        };
        if (!isChosen) return calibration;
        calibration = calibration with { ResubstitutedSensitivity = sensitivity, ResubstitutedSpecificity = specificity };
        var (folds, count) = FoldsOf(labelled, (ulong)options.Seed);
        if (count < 2) return calibration;
        var thresholds = Enumerable.Range(0, count).Select(fold => Choose(options, [.. labelled.Where(image => folds[image.Family] != fold)])).ToArray();
        (sensitivity, specificity) = Measure(labelled, image => thresholds[folds[image.Family]]);
        return calibration with { Measurement = Measurement.CrossValidated, Folds = count, Sensitivity = sensitivity, Specificity = specificity };
    }

    // Between two neighbouring scores: the images themselves say no more. Of equally good ones the highest.
    private static double Choose(ObjectOptions options, IReadOnlyList<LabelledScore> labelled)
    {
        double positives = labelled.Count(image => image.HasObject), negatives = labelled.Count - positives;
        var (hits, falseAlarms, best) = (0, 0, double.NegativeInfinity);
        var scores = labelled.GroupBy(image => image.Score).OrderByDescending(same => same.Key).ToList();
        var chosen = scores[0].Key + 1e-9;
        for (var i = 0; i < scores.Count; i++)
        {
            hits += scores[i].Count(image => image.HasObject);
            falseAlarms += scores[i].Count(image => !image.HasObject);
            var goodness = options.Rule == ThresholdRule.Youden
                ? hits / positives - falseAlarms / negatives
                : falseAlarms / negatives <= options.FalsePositiveRate ? i : double.NegativeInfinity;
            if (!(goodness > best)) continue;
            (best, chosen) = (goodness, i + 1 < scores.Count ? (scores[i].Key + scores[i + 1].Key) / 2 : scores[i].Key);
        }

        return chosen;
    }

    private static (RightShare Sensitivity, RightShare Specificity) Measure(IReadOnlyList<LabelledScore> labelled, Func<LabelledScore, double> threshold)
    {
        var right = labelled.Where(image => image.Score >= threshold(image) == image.HasObject).ToLookup(image => image.HasObject);
        var all = labelled.ToLookup(image => image.HasObject);
        return (RightShare.Of(new Proportion(right[true].Count(), all[true].Count())), RightShare.Of(new Proportion(right[false].Count(), all[false].Count())));
    }

    // Families with the object and families without are dealt apart, so that every fold has both.
    private static (Dictionary<string, int> FoldOf, int Count) FoldsOf(IReadOnlyList<LabelledScore> labelled, ulong seed)
    {
        var kinds = labelled.GroupBy(image => image.Family).OrderBy(family => family.Key, StringComparer.Ordinal).ToLookup(family => family.Any(image => image.HasObject), family => family.Key);
        var count = Math.Min(MostFolds, Math.Min(kinds[true].Count(), kinds[false].Count()));
        var random = new SplitMix64(seed);
        Dictionary<string, int> folds = [];
        foreach (var kind in Kinds)
        {
            var families = kinds[kind].ToArray();
            for (var i = families.Length - 1; i > 0; i--)
            {
                var other = random.Below(i + 1);
                (families[i], families[other]) = (families[other], families[i]);
            }

            for (var i = 0; i < families.Length; i++) folds[families[i]] = i % Math.Max(count, 1);
        }

        return (folds, count);
    }

    private static double AreaUnderCurve(IReadOnlyList<LabelledScore> labelled)
    {
        var (below, area, negatives) = (0.0, 0.0, (double)labelled.Count(image => !image.HasObject));
        foreach (var same in labelled.GroupBy(image => image.Score).OrderBy(same => same.Key))
        {
            var (with, without) = (same.Count(image => image.HasObject), same.Count(image => !image.HasObject));
            area += with * (below + without / 2.0);
            below += without;
        }

        return area / negatives / (labelled.Count - negatives);
    }
}
