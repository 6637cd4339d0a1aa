using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

public sealed class RiskRatioTests
{
    // Physicians' Health Study as Agresti has it (An Introduction to Categorical Data Analysis, 2nd edition, 2.2.3): 1.82, 1.43 to 2.30.
    [Fact]
    public void It_is_the_ratio_and_the_interval_of_the_aspirin_trial()
    {
        var ratio = new RiskRatio(new(189, 11_034), new(104, 11_037));

        ratio.Value!.Value.ShouldBe(1.82, 0.005);
        ratio.Katz()!.Value.Low.ShouldBe(1.43, 0.005);
        ratio.Katz()!.Value.High.ShouldBe(2.30, 0.01);
        ratio.IsAdjusted.ShouldBeFalse();
    }

    [Fact]
    public void Without_a_success_in_a_group_halves_are_added_to_both()
    {
        var ratio = new RiskRatio(new(5, 20), new(0, 30));

        ratio.IsAdjusted.ShouldBeTrue();
        ratio.Value!.Value.ShouldBe(5.5 / 21 / (0.5 / 31), 1e-12);
        var half = 1.959963984540054 * Math.Sqrt(1 / 5.5 - 1 / 21.0 + 1 / 0.5 - 1 / 31.0);
        ratio.Katz()!.Value.Low.ShouldBe(ratio.Value.Value * Math.Exp(-half), 1e-9);
        ratio.Katz()!.Value.High.ShouldBe(ratio.Value.Value * Math.Exp(half), 1e-6);
        new RiskRatio(new(0, 20), new(0, 20)).Value!.Value.ShouldBe(1);
        new RiskRatio(new(20, 20), new(30, 30)).IsAdjusted.ShouldBeTrue();
        new RiskRatio(new(20, 20), new(30, 30)).Katz()!.Value.Low.ShouldBeLessThan(1);
    }

    [Fact]
    public void An_empty_group_has_no_ratio()
    {
        new RiskRatio(new(0, 0), new(3, 30)).Value.ShouldBeNull();
        new RiskRatio(new(3, 30), new(0, 0)).Katz().ShouldBeNull();
    }
}
