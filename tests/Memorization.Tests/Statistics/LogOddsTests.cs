using CsCheck;
using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

public sealed class LogOddsTests
{
    // Monroe, Colaresi and Quinn (2008), equations 16, 19 and 22, with a prior of 1,000 · 30 / 10,000 = 3 of 1,000 words:
    // (20 + 3) / (100 + 1000 − 20 − 3) against (10 + 3) / (9900 + 1000 − 10 − 3); variance 1/23 + 1/13.
    [Fact]
    public void A_word_worked_out_by_hand()
    {
        var (logOdds, z) = LogOdds.Of((20, 100), (10, 9900));

        logOdds.ShouldBe(Math.Log(23.0 / 1077) - Math.Log(13.0 / 10887), 1e-12);
        logOdds.ShouldBe(2.88393, 1e-5);
        z.ShouldBe(logOdds / Math.Sqrt(1.0 / 23 + 1.0 / 13), 1e-12);
    }

    [Fact]
    public void A_word_as_frequent_inside_as_outside_says_nothing() => LogOdds.Of((10, 100), (100, 1000)).LogOdds.ShouldBe(0, 1e-12);

    [Fact]
    public void The_only_word_there_is_says_nothing() => LogOdds.Of((10, 10), (90, 90)).ShouldBe((0, 0));

    [Fact]
    public void Inside_and_outside_exchanged_change_the_sign_and_all_numbers_are_finite() =>
        (from insideAll in Gen.Long[1, 1000] from inside in Gen.Long[0, insideAll] from outsideAll in Gen.Long[1, 100_000] from outside in Gen.Long[0, outsideAll] where inside + outside > 0 select ((inside, insideAll), (outside, outsideAll))).Sample((inside, outside) =>
        {
            var ((logOdds, z), (other, otherZ)) = (LogOdds.Of(inside, outside), LogOdds.Of(outside, inside));
            double.IsFinite(logOdds).ShouldBeTrue();
            double.IsFinite(z).ShouldBeTrue();
            logOdds.ShouldBe(-other, 1e-9);
            z.ShouldBe(-otherZ, 1e-9);
        });

    [Fact]
    public void More_of_a_word_inside_never_lowers_its_odds() => Gen.Select(Gen.Long[0, 98], Gen.Long[1, 500]).Sample((inside, outside) =>
        LogOdds.Of((inside + 1, 100), (outside, 10_000)).LogOdds > LogOdds.Of((inside, 100), (outside, 10_000)).LogOdds);
}
