using CsCheck;
using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

public sealed class FalseDiscoveryTests
{
    // Benjamini and Hochberg (1995), section 4: fifteen comparisons of two treatments of myocardial infarction.
    private static readonly double[] Paper = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000];

    [Fact]
    public void Of_the_paper_s_fifteen_the_first_four_are_discoveries()
    {
        var discovery = new FalseDiscovery(Paper, Paper.Length);

        Paper.Where(p => discovery.Q(p) <= 0.05).ShouldBe([0.0001, 0.0004, 0.0019, 0.0095]);
        discovery.Q(0.0095).ShouldBe(0.0095 * 15 / 4, 1e-15);
        discovery.Q(1).ShouldBe(1);
    }

    // 0.0001 · 15 / 1, 0.0004 · 15 / 2, 0.0019 · 15 / 3, 0.0095 · 15 / 4, then 0.0344 · 15 / 8 for the four up to it: the smallest of those from each rank on.
    [Fact]
    public void The_q_values_are_those_worked_out_by_hand()
    {
        var discovery = new FalseDiscovery(Paper, Paper.Length);

        double[] byHand = [0.0015, 0.0030, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765];
        for (var i = 0; i < byHand.Length; i++) discovery.Q(Paper[i]).ShouldBe(byHand[i], 1e-7);
    }

    [Fact]
    public void A_test_is_a_discovery_at_just_those_rates_at_which_the_naive_procedure_makes_it_one() =>
        Gen.Select(Gen.Int[0, 200].Select(thousandth => thousandth / 1000.0).Array[1, 40], Gen.Int[0, 100], Gen.Double[0.001, 0.5]).Sample((values, unnamed, rate) =>
        {
            var tests = values.Length + unnamed;
            var discovery = new FalseDiscovery(values, tests);
            var sorted = values.Order().ToList();
            var last = Enumerable.Range(1, sorted.Count).LastOrDefault(k => sorted[k - 1] <= rate * k / tests);
            foreach (var p in values.Where(p => Math.Abs(discovery.Q(p) - rate) > 1e-12)) (discovery.Q(p) <= rate).ShouldBe(last > 0 && p <= sorted[last - 1]);
        });

    [Fact]
    public void Tests_that_are_not_named_count_as_if_their_p_value_were_1() => Gen.Select(Gen.Double[0, 1].Array[1, 20], Gen.Int[0, 50]).Sample((values, unnamed) =>
    {
        var (short_, long_) = (new FalseDiscovery(values, values.Length + unnamed), new FalseDiscovery([.. values, .. Enumerable.Repeat(1.0, unnamed)], values.Length + unnamed));
        return values.All(p => Math.Abs(short_.Q(p) - long_.Q(p)) < 1e-12);
    });

    [Fact]
    public void More_values_than_tests_and_a_value_that_no_test_has_are_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new FalseDiscovery([0.1, 0.2], 1));
        Should.Throw<ArgumentException>(() => new FalseDiscovery([0.1, 0.2], 2).Q(0.15));
    }
}
