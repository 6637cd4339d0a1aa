using Memorization.Objects;
using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Objects;

public sealed class FamilyBootstrapTests(ITestOutputHelper output)
{
    private static readonly Calibration Unknown = Calibration.Of(new ObjectOptions { Name = "o", Keyword = "k" }, [], 0.5);

    [Fact]
    public void Copies_do_not_narrow_an_interval()
    {
        FamilyCount[] single = [.. Enumerable.Range(0, 100).Select(i => new FamilyCount(i < 20 ? 1 : 0, 1))];
        FamilyCount[] copied = [.. single.Select(family => new FamilyCount(family.Positives * 50, family.All * 50))];
        var bootstrap = new FamilyBootstrap(Unknown, 1);

        bootstrap.Prevalence(copied).ShouldBe(bootstrap.Prevalence(single));
        var wilson = new Proportion(20, 100).Wilson();
        var interval = bootstrap.Prevalence(single).Apparent!.Value;
        interval.Low.ShouldBe(wilson.Low, 0.02);
        interval.High.ShouldBe(wilson.High, 0.03);
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_none_is_a_point()
    {
        FamilyCount[] none = [.. Enumerable.Repeat(new FamilyCount(0, 3), 40)];

        new FamilyBootstrap(Unknown, 9).Prevalence(none).ShouldBe(new FamilyBootstrap(Unknown, 9).Prevalence(none));
        var interval = new FamilyBootstrap(Unknown, 9).Prevalence(none).Apparent!.Value;
        interval.Low.ShouldBeLessThan(0.001);
        interval.High.ShouldBeInRange(0.03, 0.09); // of 40 families without one, not of 120 rows
        new FamilyBootstrap(Unknown, 9).Prevalence([]).Apparent.ShouldBeNull();
    }

    [Fact]
    public void The_corrected_interval_of_clustered_rows_covers_the_truth_about_as_often_as_it_says()
    {
        const double share = 0.12, sensitivity = 0.85, specificity = 0.95;
        const int repetitions = 300;
        var random = new Random(11);
        var (covered, naive) = (0, 0);
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            // 150 families of 1 to 12 copies: all of a family have the object or none, and the detector says of copies the same.
            var families = Enumerable.Range(0, 150).Select(_ =>
            {
                var copies = random.Next(4) == 0 ? random.Next(2, 13) : 1;
                var isPositive = random.NextDouble() < (random.NextDouble() < share ? sensitivity : 1 - specificity);
                return new FamilyCount(isPositive ? copies : 0, copies);
            }).ToArray();
            var labelled = Enumerable.Range(0, 200).Select(i => new LabelledScore($"{i}", $"{i}", random.NextDouble() < (i < 60 ? sensitivity : 1 - specificity) ? 1 : 0, i < 60)).ToArray();
            var calibration = Calibration.Of(new ObjectOptions { Name = "o", Keyword = "k", Threshold = 0.5 }, labelled, 0.5);

            if (new FamilyBootstrap(calibration, repetition).Prevalence(families).Corrected!.Value.Contains(share)) covered++;
            var rows = new Proportion(families.Sum(family => family.Positives), families.Sum(family => family.All));
            if (TruePrevalence.LangReiczigel(rows, calibration.Sensitivity.Proportion, calibration.Specificity.Proportion)!.Value.Contains(share)) naive++;
        }

        output.WriteLine($"families {100.0 * covered / repetitions:F1} %, rows as if independent {100.0 * naive / repetitions:F1} %");
        ((double)covered / repetitions).ShouldBeInRange(0.90, 0.985);
        naive.ShouldBeLessThan(covered);
    }

    [Fact]
    public void The_ratio_of_a_share_to_none_is_bounded_below_only_by_what_families_allow()
    {
        List<(FamilyCount, FamilyCount)> families =
        [
            .. Enumerable.Range(0, 60).Select(i => (new FamilyCount(i < 12 ? 2 : 0, 2), default(FamilyCount))),
            .. Enumerable.Range(0, 60).Select(_ => (default(FamilyCount), new FamilyCount(0, 1))),
        ];

        var (apparent, corrected) = new FamilyBootstrap(Unknown, 1).Ratio(families);

        apparent!.Value.Low!.Value.ShouldBeGreaterThan(2);
        apparent.Value.High!.Value.ShouldBeGreaterThan(100);
        corrected.ShouldBeNull();
        new FamilyBootstrap(Unknown, 1).Ratio([(new FamilyCount(1, 2), default)]).Apparent.ShouldBeNull();
    }
}
