using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

/// <summary>How often intervals hold the true share: 2,000 repetitions, each with a true share and a size of its own.</summary>
public sealed class CoverageTests
{
    private const int Repetitions = 2000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Wilson_s_interval_of_95_percent_covers_in_94_to_96_percent(ulong seed) => Covered(seed, proportion => proportion.Wilson()).ShouldBeInRange(0.94, 0.96);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Clopper_and_Pearson_s_covers_no_less_often_than_stated(ulong seed) => Covered(seed, proportion => proportion.ClopperPearson()).ShouldBeInRange(0.95, 0.99);

    // A test that cannot fail is none: the interval of the textbooks is too narrow for small shares.
    [Fact]
    public void The_normal_approximation_would_be_found_out() => Covered(1, proportion =>
    {
        var half = 1.96 * Math.Sqrt(proportion.Share * (1 - proportion.Share) / proportion.Trials);
        return new Interval(proportion.Share - half, proportion.Share + half);
    }, mostShare: 0.2).ShouldBeLessThan(0.94);

    // Over all counts that there can be, with their probabilities: no chance is left in it.
    [Fact]
    public void Wilson_s_mean_coverage_over_shares_is_95_percent_at_every_size()
    {
        foreach (var trials in (int[])[20, 50, 100, 500])
        {
            var mean = Enumerable.Range(1, 999).Average(thousandth =>
            {
                var (share, log, covered) = (thousandth / 1000.0, 0.0, 0.0);
                for (var k = 0; k <= trials; k++)
                {
                    if (k > 0) log += Math.Log(trials - k + 1) - Math.Log(k);
                    if (new Proportion(k, trials).Wilson().Contains(share)) covered += Math.Exp(log + k * Math.Log(share) + (trials - k) * Math.Log(1 - share));
                }

                return covered;
            });
            mean.ShouldBeInRange(0.945, 0.955, $"{trials} trials");
        }
    }

    private static double Covered(ulong seed, Func<Proportion, Interval> interval, double mostShare = 0.99)
    {
        var random = new SplitMix64(seed);
        var covered = 0;
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var (share, trials) = (0.01 + (mostShare - 0.01) * Uniform(random), 20 + random.Below(981));
            var successes = Enumerable.Range(0, trials).Count(_ => Uniform(random) < share);
            if (interval(new Proportion(successes, trials)).Contains(share)) covered++;
        }

        return (double)covered / Repetitions;
    }

    private static double Uniform(SplitMix64 random) => (random.Next() >> 11) * Math.Pow(2, -53);
}
