using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

public sealed class TruePrevalenceTests(ITestOutputHelper output)
{
    // Brucellosis in a herd, the example of the R package epiR (epi.prev): 23 of 150 positive, sensitivity 96 %, specificity 89 %: 5.1 of 100.
    [Fact]
    public void It_is_the_corrected_share_of_a_published_example() => TruePrevalence.Of(23 / 150.0, 0.96, 0.89)!.Value.ShouldBe(0.051, 0.0005);

    [Fact]
    public void It_undoes_what_an_imperfect_test_does_and_stays_within_0_and_1()
    {
        foreach (var share in (double[])[0, 0.1, 0.5, 1]) TruePrevalence.Of(share * 0.8 + (1 - share) * 0.1, 0.8, 0.9)!.Value.ShouldBe(share, 1e-12);
        TruePrevalence.Of(0.02, 0.8, 0.9).ShouldBe(0);
        TruePrevalence.Of(0.95, 0.8, 0.9).ShouldBe(1);
        TruePrevalence.Of(0.3, 0.4, 0.6).ShouldBeNull();
    }

    [Fact]
    public void The_interval_is_Wilsons_where_sensitivity_and_specificity_are_all_but_known()
    {
        var interval = TruePrevalence.LangReiczigel(new(30, 200), new(99_999_999, 99_999_999), new(99_999_999, 99_999_999))!.Value;

        // With z²/2 items of each kind added, as Wilson's centre and Agresti and Coull's width have it.
        var (n, z) = (200 + 3.841458820694124, 1.959963984540054);
        var share = (30 + 3.841458820694124 / 2) / n;
        interval.Low.ShouldBe(share - z * Math.Sqrt(share * (1 - share) / n), 1e-5);
        interval.High.ShouldBe(share + z * Math.Sqrt(share * (1 - share) / n), 1e-5);
    }

    [Theory]
    [InlineData(0.10, 0.85, 0.95, 400, 60, 140)]
    [InlineData(0.05, 0.90, 0.98, 1000, 40, 200)]
    [InlineData(0.40, 0.75, 0.90, 200, 100, 100)]
    public void The_interval_covers_the_truth_about_as_often_as_it_says(double share, double sensitivity, double specificity, int items, int with, int without)
    {
        const int repetitions = 2000;
        var random = new Random(7);
        var covered = 0;
        for (var i = 0; i < repetitions; i++)
        {
            var apparent = Binomial(items, share * sensitivity + (1 - share) * (1 - specificity));
            var interval = TruePrevalence.LangReiczigel(new(apparent, items), new(Binomial(with, sensitivity), with), new(Binomial(without, specificity), without));
            if (interval!.Value.Contains(share)) covered++;
        }

        output.WriteLine($"{100.0 * covered / repetitions:F1} %");
        ((double)covered / repetitions).ShouldBeInRange(0.935, 0.98);

        int Binomial(int trials, double p) => Enumerable.Range(0, trials).Count(_ => random.NextDouble() < p);
    }
}
