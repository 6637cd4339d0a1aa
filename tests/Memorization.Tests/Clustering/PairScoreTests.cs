using CsCheck;
using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class PairScoreTests
{
    private static readonly Gen<string?[]> Labels = Gen.OneOf<string?>(null, "a", "b", "c").Array[40];

    [Fact]
    public void Counts_are_those_of_going_through_all_pairs() => Gen.Select(Labels, Labels).Sample((recovered, planted) =>
    {
        var pairs = (from i in Enumerable.Range(0, 40)
                     from j in Enumerable.Range(0, i)
                     select (Together(recovered, i, j), Together(planted, i, j))).ToArray();
        var score = PairScore.Compare(recovered, planted);
        score.ShouldBe(new PairScore(pairs.Count(p => p is (true, true)), pairs.Count(p => p.Item1), pairs.Count(p => p.Item2)));

        static bool Together(string?[] labels, int i, int j) => labels[i] is not null && labels[i] == labels[j];
    });

    [Fact]
    public void Merging_two_planted_families_costs_precision_and_splitting_one_costs_recall()
    {
        var merged = PairScore.Compare(["x", "x", "x", "x"], ["a", "a", "b", "b"]);
        (merged.Precision, merged.Recall).ShouldBe((2.0 / 6, 1));
        var split = PairScore.Compare(["x", "x", "y", null], ["a", "a", "a", "a"]);
        (split.Precision, split.Recall).ShouldBe((1, 1.0 / 6));
    }

    [Fact]
    public void Without_pairs_nothing_is_wrong_and_nothing_missed()
    {
        var none = PairScore.Compare([null, "a"], ["b", null]);
        (none.Precision, none.Recall).ShouldBe((1, 1));
    }

    [Fact]
    public void Different_numbers_of_rows_are_refused() =>
        Should.Throw<ArgumentException>(() => PairScore.Compare(["a"], [])).Message.ShouldContain("1 recovered labels for 0");
}
