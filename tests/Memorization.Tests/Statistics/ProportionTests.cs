using CsCheck;
using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

public sealed class ProportionTests
{
    private const double Z = 1.959963984540054; // the normal distribution's 97.5 % point

    private static readonly Gen<Proportion> Any = from trials in Gen.Long[1, 5000] from successes in Gen.Long[0, trials] select new Proportion(successes, trials);

    // Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I: the score method, and the exact one.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662, 0.2527, 0.3676)]
    [InlineData(15, 148, 0.0624, 0.1605, 0.0578, 0.1617)]
    [InlineData(0, 20, 0.0000, 0.1611, 0.0000, 0.1684)]
    [InlineData(1, 29, 0.0061, 0.1718, 0.0009, 0.1776)]
    public void Newcombe_s_examples_are_met_to_four_digits(int successes, int trials, double wilsonLow, double wilsonHigh, double exactLow, double exactHigh)
    {
        var (wilson, exact) = (new Proportion(successes, trials).Wilson(), new Proportion(successes, trials).ClopperPearson());

        (Math.Round(wilson.Low, 4), Math.Round(wilson.High, 4)).ShouldBe((wilsonLow, wilsonHigh));
        (Math.Round(exact.Low, 4), Math.Round(exact.High, 4)).ShouldBe((exactLow, exactHigh));
    }

    // Without a success the exact interval has a closed form: 1 − 0.025^(1/n). Hanley and Lippman-Hand (1983) made it "the rule of three".
    [Fact]
    public void None_of_500_is_still_up_to_seven_in_a_thousand()
    {
        new Proportion(0, 500).ClopperPearson().High.ShouldBe(1 - Math.Pow(0.025, 1 / 500.0), 1e-9);
        new Proportion(0, 500).ClopperPearson().High.ShouldBe(0.0074, 0.0001);
        new Proportion(500, 500).ClopperPearson().Low.ShouldBe(Math.Pow(0.025, 1 / 500.0), 1e-9);
    }

    [Fact]
    public void At_the_ends_of_Wilson_s_interval_the_score_test_just_rejects() => Any.Sample(proportion =>
    {
        var (low, high) = (proportion.Wilson().Low, proportion.Wilson().High);
        if (proportion.Successes > 0) Score(low).ShouldBe(Z, 1e-6);
        if (proportion.Successes < proportion.Trials) Score(high).ShouldBe(-Z, 1e-6);

        double Score(double share) => (proportion.Share - share) / Math.Sqrt(share * (1 - share) / proportion.Trials);
    });

    [Fact]
    public void At_the_ends_of_Clopper_and_Pearson_s_interval_each_tail_has_a_fortieth() => (from trials in Gen.Long[1, 300] from successes in Gen.Long[0, trials] select new Proportion(successes, trials)).Sample(proportion =>
    {
        var exact = proportion.ClopperPearson();
        if (proportion.Successes > 0) AtLeast(proportion.Successes, proportion.Trials, exact.Low).ShouldBe(0.025, 1e-7);
        if (proportion.Successes < proportion.Trials) (1 - AtLeast(proportion.Successes + 1, proportion.Trials, exact.High)).ShouldBe(0.025, 1e-7);
    }, iter: 300);

    [Fact]
    public void An_interval_holds_the_share_lies_within_0_and_1_and_is_mirrored_by_failures() => Any.Sample(proportion =>
    {
        var mirrored = new Proportion(proportion.Trials - proportion.Successes, proportion.Trials);
        foreach (var (interval, mirror) in new[] { (proportion.Wilson(), mirrored.Wilson()), (proportion.ClopperPearson(), mirrored.ClopperPearson()) })
        {
            interval.Contains(proportion.Share).ShouldBeTrue();
            interval.Low.ShouldBeInRange(0, 1);
            interval.High.ShouldBeInRange(0, 1);
            mirror.Low.ShouldBe(1 - interval.High, 1e-9);
        }

        proportion.Wilson(0.99).Low.ShouldBeLessThanOrEqualTo(proportion.Wilson(0.9).Low);
        proportion.ClopperPearson(0.99).High.ShouldBeGreaterThanOrEqualTo(proportion.ClopperPearson(0.9).High);
    });

    [Fact]
    public void Without_a_trial_nothing_is_known()
    {
        new Proportion(0, 0).Wilson().ShouldBe(new Interval(0, 1));
        new Proportion(0, 0).ClopperPearson().ShouldBe(new Interval(0, 1));
    }

    [Fact]
    public void A_million_trials_give_what_the_normal_approximation_gives()
    {
        var half = Z * Math.Sqrt(0.3 * 0.7 / 1e6);
        foreach (var interval in new[] { new Proportion(300_000, 1_000_000).Wilson(), new Proportion(300_000, 1_000_000).ClopperPearson() })
        {
            interval.Low.ShouldBe(0.3 - half, 2e-6);
            interval.High.ShouldBe(0.3 + half, 2e-6);
        }
    }

    // The binomial tail, term by term.
    private static double AtLeast(long successes, long trials, double share)
    {
        var (sum, logChoose) = (0.0, 0.0);
        for (var k = 0; k <= trials; k++)
        {
            if (k > 0) logChoose += Math.Log(trials - k + 1) - Math.Log(k);
            if (k >= successes) sum += Math.Exp(logChoose + k * Math.Log(share) + (trials - k) * Math.Log(1 - share));
        }

        return sum;
    }
}
