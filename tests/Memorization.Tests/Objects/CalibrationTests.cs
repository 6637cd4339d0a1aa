using Memorization.Objects;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Objects;

public sealed class CalibrationTests
{
    private static readonly ObjectOptions Options = new() { Name = "o", Keyword = "k", References = ["a.png"] };

    [Fact]
    public void The_threshold_lies_between_the_two_scores_where_youdens_index_is_largest()
    {
        // At 0.7: 3 of 4 hits, 0 of 4 false alarms; any other place is worse.
        LabelledScore[] labelled = [.. Images(true, 0.9, 0.8, 0.7, 0.2), .. Images(false, 0.5, 0.4, 0.3, 0.1)];

        var of = Calibration.Of(Options, labelled, 0.5);

        of.Source.ShouldBe(ThresholdSource.Labels);
        of.Threshold.ShouldBe(0.6, 1e-12);
        (of.ResubstitutedSensitivity!.Right, of.ResubstitutedSensitivity.Images).ShouldBe((3, 4));
        (of.ResubstitutedSpecificity!.Right, of.ResubstitutedSpecificity.Images).ShouldBe((4, 4));
        // Of 16 pairs, the three high ones win 4 each, the low one wins 1.
        of.Auc!.Value.ShouldBe(13 / 16.0, 1e-12);
    }

    [Fact]
    public void What_is_reported_is_not_measured_on_the_images_that_chose_the_threshold()
    {
        // Scores that say nothing: on its own images the best threshold looks better than chance, on others it is chance.
        var random = new Random(3);
        LabelledScore[] labelled = [.. Images(true, [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble())]), .. Images(false, [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble())])];

        var of = Calibration.Of(Options, labelled, 0.5);

        of.Measurement.ShouldBe(Measurement.CrossValidated);
        of.Folds.ShouldBe(10);
        var resubstituted = of.ResubstitutedSensitivity!.Share!.Value + of.ResubstitutedSpecificity!.Share!.Value;
        resubstituted.ShouldBeGreaterThan(1.1);
        (of.Sensitivity.Share!.Value + of.Specificity.Share!.Value).ShouldBeLessThan(resubstituted - 0.05);
        (of.Sensitivity.Images, of.Specificity.Images).ShouldBe((60, 60));
    }

    [Fact]
    public void A_family_is_never_on_both_sides_of_the_threshold_that_it_is_scored_with()
    {
        // Copies of each picture have its very score and label: if one chose the threshold that scores another, every image would be right.
        var random = new Random(5);
        var labelled = Enumerable.Range(0, 12).SelectMany(family =>
        {
            var (score, hasObject) = (random.NextDouble(), family % 2 == 0);
            return Enumerable.Range(0, 20).Select(copy => new LabelledScore($"{family} {copy}", $"family {family}", score, hasObject));
        }).ToList();

        var of = Calibration.Of(Options, labelled, 0.5);

        of.Folds.ShouldBe(6);
        (of.Sensitivity.Right % 20, of.Specificity.Right % 20).ShouldBe((0, 0));
    }

    [Fact]
    public void A_false_positive_rate_is_kept()
    {
        LabelledScore[] labelled = [.. Images(true, 0.95, 0.85, 0.75, 0.35), .. Images(false, [.. Enumerable.Range(0, 20).Select(i => i / 20.0)])];

        var of = Calibration.Of(Options with { Rule = ThresholdRule.FalsePositiveRate, FalsePositiveRate = 0.1 }, labelled, 0.5);

        // Two of twenty may be false: those at 0.95 and 0.90; the next is 0.85.
        of.Threshold.ShouldBe((0.90 + 0.85) / 2, 1e-9);
        (of.ResubstitutedSpecificity!.Images - of.ResubstitutedSpecificity.Right).ShouldBe(2);
    }

    [Fact]
    public void A_given_threshold_is_only_measured()
    {
        var of = Calibration.Of(Options with { Threshold = 0.45 }, [.. Images(true, 0.9, 0.4), .. Images(false, 0.5, 0.3, 0.2)], 0.5);

        (of.Source, of.Measurement, of.Threshold).ShouldBe((ThresholdSource.Given, Measurement.Independent, 0.45));
        (of.Sensitivity.Right, of.Sensitivity.Images, of.Specificity.Right, of.Specificity.Images).ShouldBe((1, 2, 2, 3));
    }

    [Fact]
    public void Without_labels_of_both_kinds_nothing_is_known()
    {
        foreach (var labelled in (LabelledScore[][])[[], [.. Images(true, 0.9)], [.. Images(false, 0.9, 0.1)]])
        {
            var of = Calibration.Of(Options, labelled, 0.7);
            (of.Source, of.Measurement, of.Threshold, of.CanCorrect).ShouldBe((ThresholdSource.Default, Measurement.None, 0.7, false));
        }
    }

    [Fact]
    public void With_one_image_of_a_kind_it_says_that_it_is_measured_on_what_chose_it()
    {
        var of = Calibration.Of(Options, [.. Images(true, 0.9), .. Images(false, 0.2, 0.3)], 0.5);

        of.Measurement.ShouldBe(Measurement.Resubstitution);
        of.Folds.ShouldBe(0);
    }

    private static IEnumerable<LabelledScore> Images(bool hasObject, params double[] scores) =>
        scores.Select((score, i) => new LabelledScore($"{hasObject} {i}", $"family {hasObject} {i}", score, hasObject));
}
