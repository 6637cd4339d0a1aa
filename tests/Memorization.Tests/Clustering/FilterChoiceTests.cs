using Memorization.Clustering;
using Memorization.Inference;
using Memorization.Pipelines.Bench;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class FilterChoiceTests
{
    [Theory]
    [InlineData(128)]
    [InlineData(768)]
    public void The_forest_is_the_same_whatever_is_chosen(int width)
    {
        var vectors = MadeVectors.Make(FilterChoice.LeastVectors + 500, width, seed: 1).Select((values, i) => new KeyedVector(Made.Key(i), values)).ToList();
        var whole = Edges(PairFilterKind.Whole);
        whole.Count.ShouldBeGreaterThan(500);
        foreach (var kind in Enum.GetValues<PairFilterKind>()) Edges(kind).ShouldBe(whole);

        IReadOnlyList<ForestEdge> Edges(PairFilterKind filter)
        {
            var forest = new SpanningForest(width, new ClusterOptions { StoreThreshold = 0.9 }, filter);
            forest.Insert(vectors, TestContext.Current.CancellationToken);
            return forest.Edges();
        }
    }

    [Fact]
    public void Many_vectors_are_compared_by_prefixes_and_so_are_a_few_that_come_later()
    {
        var vectors = Set(MadeVectors.Make(FilterChoice.LeastVectors + 500, 128, seed: 1));
        var choice = new FilterChoice(vectors, 0.9, PairFilterKind.Automatic, [OnnxDevice.Cpu]);
        choice.For(0).ShouldBeAssignableTo<PrefixRows>();
        choice.For(vectors.Count - 10).ShouldBeAssignableTo<PrefixRows>();
    }

    [Fact]
    public void A_few_new_vectors_are_compared_whole_until_they_have_become_many()
    {
        var vectors = Set(MadeVectors.Make(FilterChoice.LeastVectors + 500, 128, seed: 1));
        var choice = new FilterChoice(vectors, 0.9, PairFilterKind.Automatic, [OnnxDevice.Cpu]);
        choice.For(vectors.Count - 300).ShouldBeOfType<WholeRows>();
        choice.For(vectors.Count - 300).ShouldBeAssignableTo<PrefixRows>();
    }

    [Fact]
    public void Vectors_whose_pairs_would_nearly_all_survive_are_compared_whole()
    {
        var random = new Random(1);
        var centre = Made.Direction(random, 128);
        var vectors = Set(Enumerable.Range(0, FilterChoice.LeastVectors).Select(_ => Made.Near(random, centre, 0.3)));
        new FilterChoice(vectors, 0.9, PairFilterKind.Automatic, [OnnxDevice.Cpu]).For(0).ShouldBeOfType<WholeRows>();
    }

    [Fact]
    public void Few_or_short_vectors_are_compared_whole_and_very_few_without_a_filter()
    {
        var random = new Random(1);
        Source(1_000, 512).ShouldBeOfType<WholeRows>();
        Source(FilterChoice.LeastVectors, 64).ShouldBeOfType<WholeRows>();
        Source(50, 512).ShouldBeOfType<EveryPair>();

        IFilterSource Source(int count, int width) =>
            new FilterChoice(Set(Enumerable.Range(0, count).Select(_ => Made.Direction(random, width))), 0.9, PairFilterKind.Automatic, [OnnxDevice.Cpu]).For(0);
    }

    private static DistinctVectors Set(IEnumerable<Half[]> rows)
    {
        KeyedVector[] vectors = [.. rows.Select((values, i) => new KeyedVector(Made.Key(i), values))];
        var set = new VectorSet(vectors[0].Values.Length);
        set.Add(vectors);
        return set.Distinct;
    }
}
