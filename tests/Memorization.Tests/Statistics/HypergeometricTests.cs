using System.Numerics;
using CsCheck;
using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

public sealed class HypergeometricTests
{
    // Fisher, The Design of Experiments (1935): eight cups, four with the milk first, and the lady names four.
    [Fact]
    public void The_lady_tasting_tea_names_all_four_cups_once_in_seventy_times()
    {
        Hypergeometric.AtLeast(4, 4, 4, 8).ShouldBe(1 / 70.0, 1e-12);
        Hypergeometric.AtLeast(3, 4, 4, 8).ShouldBe(17 / 70.0, 1e-12);
    }

    // Fisher (1935), the twins of criminals: 10 of 13 monozygotic and 2 of 17 dizygotic twins were convicted too; he gives 1 in 2,150.
    [Fact]
    public void The_twins_of_criminals_are_convicted_by_chance_once_in_2150_times() => (1 / Hypergeometric.AtLeast(10, 13, 12, 30)).ShouldBe(2150, 1);

    [Fact]
    public void Small_tables_are_the_exact_sums()
    {
        for (var all = 1; all <= 12; all++)
            for (var sample = 0; sample <= all; sample++)
                for (var allMarked = 0; allMarked <= all; allMarked++)
                    for (var marked = 0; marked <= all; marked++)
                        Hypergeometric.AtLeast(marked, sample, allMarked, all).ShouldBe(Exact(marked, sample, allMarked, all), 1e-12, $"{marked} of {sample}, {allMarked} of {all}");
    }

    [Fact]
    public void Tables_of_hundreds_are_the_exact_sums_to_nine_digits() =>
        (from all in Gen.Int[1, 400] from sample in Gen.Int[0, all] from allMarked in Gen.Int[0, all] from marked in Gen.Int[0, Math.Min(sample, allMarked)] select (marked, sample, allMarked, all)).Sample(table =>
        {
            var exact = Exact(table.marked, table.sample, table.allMarked, table.all);
            return Math.Abs(Hypergeometric.AtLeast(table.marked, table.sample, table.allMarked, table.all) - exact) <= 1e-9 * exact;
        }, iter: 300);

    [Theory]
    [InlineData(60, 1000, 20_000, 1_000_000)]
    [InlineData(300, 1000, 20_000, 1_000_000)]
    [InlineData(12, 400, 2000, 100_000)]
    public void A_million_items_are_right_to_seven_digits(int marked, int sample, int allMarked, int all)
    {
        var exact = Exact(marked, sample, allMarked, all);
        exact.ShouldBeGreaterThan(0);
        (Hypergeometric.AtLeast(marked, sample, allMarked, all) / exact).ShouldBe(1, 1e-7);
    }

    [Theory]
    [InlineData(1, 20_000, 500_000, 1_000_000)]
    [InlineData(10, 20_000, 500_000, 1_000_000)]
    [InlineData(9000, 20_000, 500_000, 1_000_000)]
    [InlineData(1, 10_000_000, 90_000_000, 100_000_000)]
    public void Far_fewer_than_expected_are_certain(long marked, long sample, long allMarked, long all) => Hypergeometric.AtLeast(marked, sample, allMarked, all).ShouldBe(1);

    [Fact]
    public void About_half_of_the_samples_have_at_least_the_mean() => Hypergeometric.AtLeast(10_000, 20_000, 500_000, 1_000_000).ShouldBe(0.5, 0.01);

    [Fact]
    public void None_is_certain_more_than_there_are_impossible_and_all_of_a_sample_of_everything_certain()
    {
        Hypergeometric.AtLeast(0, 5, 3, 10).ShouldBe(1);
        Hypergeometric.AtLeast(4, 5, 3, 10).ShouldBe(0);
        Hypergeometric.AtLeast(3, 10, 3, 10).ShouldBe(1);
        Hypergeometric.AtLeast(5, 5, 10, 10).ShouldBe(1);
        Hypergeometric.AtLeast(0, 0, 0, 0).ShouldBe(1);
    }

    [Fact]
    public void It_is_the_same_from_both_sides_and_falls_with_the_count() =>
        (from all in Gen.Int[2, 100_000] from sample in Gen.Int[1, all] from allMarked in Gen.Int[1, all] from marked in Gen.Int[1, Math.Min(sample, allMarked)] select (marked, sample, allMarked, all)).Sample(table =>
        {
            var p = Hypergeometric.AtLeast(table.marked, table.sample, table.allMarked, table.all);
            p.ShouldBeInRange(0, 1);
            Hypergeometric.AtLeast(table.marked, table.allMarked, table.sample, table.all).ShouldBe(p, 1e-8);
            Hypergeometric.AtLeast(table.marked - 1, table.sample, table.allMarked, table.all).ShouldBeGreaterThanOrEqualTo(p - 1e-8);
        }, iter: 1000);

    // Sums of whole numbers, divided once: 17 digits of the quotient.
    private static double Exact(int marked, int sample, int allMarked, int all)
    {
        var most = Math.Min(sample, allMarked);
        var from = Math.Max(marked, Math.Max(0, sample + allMarked - all));
        if (from > most) return 0;
        var term = Choose(allMarked, from) * Choose(all - allMarked, sample - from);
        var sum = BigInteger.Zero;
        for (var k = from; k <= most; k++)
        {
            sum += term;
            if (k < most) term = term * (allMarked - k) * (sample - k) / (k + 1) / (all - allMarked - sample + k + 1);
        }

        // Digits before the point, so that the smallest quotient has 17 of them.
        var shift = 60 + (int)Math.Max(0, BigInteger.Log(Choose(all, sample), 2) - BigInteger.Log(sum, 2));
        return Math.ScaleB((double)((sum << shift) / Choose(all, sample)), -shift);
    }

    private static BigInteger Choose(int n, int k)
    {
        var choose = BigInteger.One;
        for (var i = 1; i <= k; i++) choose = choose * (n - k + i) / i;
        return choose;
    }
}
