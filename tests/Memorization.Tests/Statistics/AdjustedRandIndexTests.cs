using CsCheck;
using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

public sealed class AdjustedRandIndexTests
{
    private static readonly Gen<(int[] First, int[] Second)> Partitions =
        from items in Gen.Int[2, 30] from first in Gen.Int[0, 4].Array[items] from second in Gen.Int[0, 4].Array[items] select (first, second);

    // Parts {0,1,2}, {3,4,5} against {0,1}, {2,3}, {4,5}: 2 pairs together in both, 6 in the first, 3 in the second, of 15. By chance 6 · 3 / 15 = 1.2; (2 − 1.2) / (4.5 − 1.2).
    [Fact]
    public void Six_items_worked_out_by_hand() => Of([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]).ShouldBe(0.8 / 3.3, 1e-12);

    [Fact]
    public void It_is_what_counting_all_pairs_gives() => Partitions.Sample(pair =>
    {
        double both = 0, first = 0, second = 0, pairs = 0;
        for (var i = 0; i < pair.First.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (inFirst, inSecond) = (pair.First[i] == pair.First[j], pair.Second[i] == pair.Second[j]);
                pairs++;
                if (inFirst) first++;
                if (inSecond) second++;
                if (inFirst && inSecond) both++;
            }
        }

        // Where no pair, or every pair, is together in both, they are one partition.
        var expected = first * second / pairs;
        Of(pair.First, pair.Second).ShouldBe((first + second) / 2 == expected ? 1 : (both - expected) / ((first + second) / 2 - expected), 1e-9);
    });

    [Fact]
    public void An_entry_that_stands_for_several_items_counts_as_they_would() => (from pair in Partitions from weights in Gen.Int[1, 5].Array[pair.First.Length] select (pair, weights)).Sample(made =>
    {
        var repeated = made.weights.SelectMany((weight, i) => Enumerable.Repeat(i, weight)).ToArray();
        AdjustedRandIndex.Of(made.pair.First, made.pair.Second, [.. made.weights.Select(weight => (long)weight)])
            .ShouldBe(Of([.. repeated.Select(i => made.pair.First[i])], [.. repeated.Select(i => made.pair.Second[i])]), 1e-9);
    });

    [Fact]
    public void Equal_partitions_agree_fully_whatever_their_parts_are_called()
    {
        Partitions.Sample(pair => Of(pair.First, [.. pair.First.Select(part => 7 - part)]) == 1);
        Of([0, 0, 0], [5, 5, 5]).ShouldBe(1);
        Of([0, 1, 2], [2, 1, 0]).ShouldBe(1);
        Of([0], [0]).ShouldBe(1);
    }

    [Fact]
    public void One_part_against_single_items_agrees_no_better_than_chance() => Of([0, 0, 0, 0], [0, 1, 2, 3]).ShouldBe(0);

    [Fact]
    public void Unrelated_partitions_of_many_items_agree_about_0()
    {
        var random = new SplitMix64(5);
        Of([.. Enumerable.Range(0, 20_000).Select(_ => random.Below(8))], [.. Enumerable.Range(0, 20_000).Select(_ => random.Below(8))]).ShouldBe(0, 0.002);
    }

    private static double Of(int[] first, int[] second) => AdjustedRandIndex.Of(first, second, [.. first.Select(_ => 1L)]);
}
