using Memorization.Configuration;
using Memorization.Replication;
using Memorization.Replication.Scoring;
using Memorization.Statistics;
using Memorization.Tests.Report;
using Memorization.Tests.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Replication;

/// <summary>On a made store an image's embedding is an angle: half its number, in radians; a cosine is the cosine of a difference.</summary>
public sealed class EvaluationTests : IDisposable
{
    private const double Near = 1e-3; // stored embeddings are float16

    private readonly MadeStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Scores_are_the_highest_cosine_and_the_mean_of_the_three_highest()
    {
        await _store.WriteAsync([new(1, 0, 1), new(2, 1, 1), new(3, 2, 1), new(4, 3, 1), new(5, 6, 2), new(6, 6, 2)]);
        using var database = await _store.OpenAsync();
        var (four, one) = (Family(0, 1, 2, 3), Family(6));
        Probe[] probes = [new("a") { Family = four, Kind = "short" }, new("a") { Family = one, Kind = "control" }, new("b"), new("c") { Family = "ff" }];
        var evaluation = Evaluation.Compute(database, [Given("a", 0.1, 5), Given("b", 2.9, 6), Given("c", 0, 7), Given("d", 0, 8), Given(null, 0, 9)], probes, new());

        var first = evaluation.Images.Single(image => image.Probe == probes[0]);
        first.Seed.ShouldBe(5);
        first.Score!.Value.Max.ShouldBe(Math.Cos(0.1), Near);
        first.Score!.Value.TopThree.ShouldBe((Math.Cos(0.1) + Math.Cos(0.4) + Math.Cos(0.9)) / 3, Near);
        (first.NearestFamily, first.Image, first.Score!.Value.Nearest).ShouldBe((four, "a 0.1", MadeRows.Content(0)));
        var second = evaluation.Images.Single(image => image.Probe == probes[1]);
        second.Score!.Value.Max.ShouldBe(Math.Cos(2.9), Near);
        second.Score!.Value.TopThree.ShouldBe(Math.Cos(2.9), Near); // a family of one image
        var without = evaluation.Images.Where(image => image.Score is null).ToList();
        without.Select(image => image.Probe.Caption).ShouldBe(["b", "c"]);
        without[0].NearestFamily.ShouldBe(one);
        without[0].NearestCosine.ShouldBe(Math.Cos(0.1), Near);
        (evaluation.WithoutProbe, evaluation.WithoutFamily).ShouldBe((2, 2));
    }

    [Fact]
    public async Task Rates_count_by_probe_by_kind_and_over_all_with_thresholds_of_single_families()
    {
        await _store.WriteAsync([new(1, 0, 1), new(2, 6, 2), new(3, 3, 3)]);
        using var database = await _store.OpenAsync();
        Probe[] probes = [new("zero") { Family = Family(0), Kind = "short" }, new("three") { Family = Family(6), Kind = "short" }, new("other") { Family = Family(3), Kind = "control" }];

        // cos 0.2 = 0.980, cos 0.4 = 0.921, cos 0.6 = 0.825: at 0.9 two of four, at the second family's own 0.8 three of four.
        GivenEmbedding[] images =
        [
            Given("zero", 0.2), Given("zero", 0.4), Given("zero", 0.6), Given("zero", 1), Given("three", 3.2), Given("three", 3.4), Given("three", 3.6), Given("three", 4), Given("other", 0.5),
        ];
        var evaluation = Evaluation.Compute(database, images, probes, new() { FamilyThresholds = new Dictionary<string, double> { [Family(6)] = 0.8 } });
        evaluation.Threshold.ShouldBe(0.9); // the snapshot's
        var rates = evaluation.Rates.Where(rate => rate.Score == ScoreKind.Max && rate.Rule == "hand").ToList();
        rates.Select(rate => (rate.Group, rate.Caption, rate.Kind, rate.Threshold, rate.Probes, rate.Images, rate.Replicated)).ShouldBe(
        [
            ("probe", "zero", "short", 0.9, 1, 4, 2), ("probe", "three", "short", 0.8, 1, 4, 3), ("probe", "other", "control", 0.9, 1, 1, 0),
            ("kind", null, "control", 0.9, 1, 1, 0), ("kind", null, "short", null, 2, 8, 5), ("all", null, null, null, 3, 9, 5),
        ], ignoreOrder: true);

        // Two of four: 0.0676 to 0.9324 by the published tables of Clopper and Pearson's interval.
        rates[0].Low!.Value.ShouldBe(0.0676, 1e-4);
        rates[0].High!.Value.ShouldBe(0.9324, 1e-4);
        rates.Single(rate => rate.Kind == "control" && rate.Group == "kind").Low.ShouldBeNull(); // of one probe nothing can be said

        // Two of four hold no success in one of six pairs; three of four in none.
        rates.Single(rate => rate is { Group: "kind", Kind: "short" }).AnyOf.ShouldBe(new Dictionary<int, double> { [1] = (0.5 + 0.75) / 2, [2] = (5.0 / 6 + 1) / 2, [4] = 1 });
        var curve = evaluation.Curve.Where(point => point is { Kind: "short", Score: ScoreKind.Max }).ToDictionary(point => point.Threshold, point => point.Replicated);
        (curve.Count, curve[0.5], curve[0.82], curve[0.83], curve[0.92], curve[0.93], curve[1.0]).ShouldBe((51, 8, 6, 4, 4, 2, 0));
    }

    [Fact]
    public async Task Seeds_that_give_the_same_image_are_one_group()
    {
        await _store.WriteAsync([new(1, 0, 1)]);
        using var database = await _store.OpenAsync();

        // cos 0.45 = 0.9004: 0, 0.4 and 0.8 hang together at 0.9, 2 and 2.1 too, 4 is alone.
        var evaluation = Evaluation.Compute(database, [.. new[] { 0, 2, 0.4, 4, 2.1, 0.8 }.Select(angle => Given("a", angle))], [new("a")], new());
        evaluation.Consistency.ShouldBe([new("a", 6, 3, 3, 0.5)]);
    }

    [Fact]
    public async Task A_familys_numbers_are_its_rows_the_part_of_its_words_and_its_captions_entropy()
    {
        await _store.WriteAsync(
        [
            new(1, 0, 1) { Caption = "the almond blossom" }, new(2, 0, 1) { Caption = "the almond blossom" }, new(3, 0, 1) { Caption = "almond blossom print" }, new(4, 0, 1) { Caption = "almond" },
            new(5, 3, 2) { Caption = "blossom and almond and print" }, new(6, 4, 3) { Caption = "a print" },
        ]);
        using var database = await _store.OpenAsync();
        database.KeepStudy();
        var frequency = FamilyFrequency.Of(database, [Family(0)]).ShouldHaveSingleItem();
        (frequency.Copies, string.Join(' ', frequency.Words)).ShouldBe((4, "almond blossom print"));
        frequency.DominantShare.ShouldBe(0.5); // of two rows with the three words one is its own
        frequency.CaptionEntropy.ShouldBe(1.5, 1e-12); // a half, a quarter, a quarter
    }

    [Theory]
    [InlineData(99, 0.05, 4)]
    [InlineData(1000, 0.01, 9)]
    [InlineData(199, 0.01, 1)]
    public void So_many_negatives_reach_a_calibrated_threshold(int count, double rate, int expected)
    {
        var random = new Random(count);
        var negatives = Enumerable.Range(0, count).Select(_ => random.NextDouble()).ToList();
        var threshold = Calibration.Threshold(negatives, rate)!.Value;
        negatives.Count(value => value >= threshold).ShouldBe(expected);
        negatives.Count(value => value >= Math.BitDecrement(threshold)).ShouldBe(expected + 1); // and no lower threshold would do
    }

    [Fact]
    public void Too_few_negatives_calibrate_nothing() => Calibration.Threshold([.. Enumerable.Repeat(0.1, 98)], 0.01).ShouldBeNull();

    [Fact]
    public async Task A_calibrated_threshold_holds_on_pairs_it_was_not_set_by()
    {
        await _store.WriteAsync([.. Enumerable.Range(0, 1500).Select(i => new MadeRow(i, i, i))]);
        using var database = await _store.OpenAsync();
        var evaluation = Evaluation.Compute(database, [Given("a", 0)], [new("a") { Family = Family(0) }], new() { FalsePositiveRate = 0.05, Pairs = 6000 });
        foreach (var calibrated in evaluation.Calibrated)
        {
            (calibrated.Pairs, calibrated.HeldOutPairs).ShouldBe((3005, 3000));
            new Interval(calibrated.Low, calibrated.High).Contains(0.05).ShouldBeTrue($"{calibrated.HeldOutFalsePositives} of {calibrated.HeldOutPairs}");

            // Angles are spread evenly, so that the cosine of the pairs' difference is above cos x with probability x / π.
            calibrated.Threshold!.Value.ShouldBe(Math.Cos(0.05 * Math.PI), 0.004);
        }

        evaluation.Rates.Select(rate => rate.Rule).Distinct().ShouldBe(["hand", "calibrated"]);
    }

    [Fact]
    public async Task An_embedding_of_another_model_is_the_users_mistake()
    {
        await _store.WriteAsync([new(1, 0, 1)]);
        using var database = await _store.OpenAsync();
        Should.Throw<SetupException>(() => Evaluation.Compute(database, [new("x", "a", 1, [1, 0, 0])], [new("a")], new())).Message.ShouldContain("3 numbers and the study's have 2");
        Should.Throw<SetupException>(() => Evaluation.Compute(database, [], [new("a")], new() { FamilyThresholds = new Dictionary<string, double> { ["ff"] = 0.9 } })).Message
            .ShouldContain("a threshold for the family ff, which no probe has");
        Should.Throw<SetupException>(() => database.RequireModel("other")).Message.ShouldContain("another model");
    }

    private static GivenEmbedding Given(string? caption, double angle, long? seed = null) =>
        new(FormattableString.Invariant($"{caption} {angle}"), caption, seed, [(float)Math.Cos(angle), (float)Math.Sin(angle)]);

    // A family is named by the smallest of its contents' hashes.
    private static string Family(params int[] contents) => contents.Select(MadeRows.Content).Order(StringComparer.Ordinal).First();
}
