using CsCheck;
using Memorization.Clustering;
using Memorization.Pipelines.Bench;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class PrefixRowsTests
{
    // Fewer vectors than directions, more than those, and families, copies, parallels and outliers among them.
    private static readonly Gen<VectorSet> Sets = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[2, 130], Gen.OneOf(65, 128, 512, 768), (seed, count, width) =>
    {
        var vectors = new VectorSet(width);
        foreach (var (key, values) in Made.Vectors(new Random(seed), count, width)) vectors.Add(key, values.Span);
        return vectors;
    });

    [Fact]
    public void No_pair_scores_below_its_similarity() => Sets.Sample(
        vectors =>
        {
            var count = vectors.DistinctCount;
            if (count < 2) return;
            using var filter = new CosineFilter(PrefixRows.Of(vectors), threshold: 0.5, count);
            List<Candidate> candidates = [];
            filter.Propose(new Tile(0, count, 0, count), candidates);
            var atMost = candidates.ToDictionary(candidate => (candidate.U, candidate.V), candidate => candidate.AtMost);
            for (var u = 0; u < count; u++)
            {
                for (var v = 0; v < u; v++)
                {
                    var similarity = vectors.Similarity(u, v);
                    if (similarity >= 0.5) atMost.ShouldContainKey((u, v));
                    if (atMost.TryGetValue((u, v), out var most)) most.ShouldBeGreaterThanOrEqualTo(similarity);
                }
            }
        },
        iter: 60);

    [Fact]
    public void A_pair_at_the_threshold_to_the_ulp_is_proposed() => Sets.Sample(
        vectors =>
        {
            if (vectors.DistinctCount < 2) return;
            var similarity = vectors.Similarity(1, 0);
            if (similarity <= 0) return;
            foreach (var threshold in new[] { similarity, Math.BitDecrement(similarity) })
            {
                using var filter = new CosineFilter(PrefixRows.Of(vectors), threshold, 2);
                List<Candidate> candidates = [];
                filter.Propose(new Tile(0, 2, 0, 2), candidates);
                candidates.ShouldContain(candidate => candidate.U == 1 && candidate.V == 0);
            }
        },
        iter: 60);

    [Theory]
    [InlineData(128)]
    [InlineData(768)]
    public void The_forest_is_the_one_without_prefixes(int width)
    {
        var vectors = MadeVectors.Make(PrefixRows.LeastVectors + 500, width, seed: 1).Select((values, i) => new KeyedVector(Made.Key(i), values)).ToList();
        var set = new VectorSet(width);
        foreach (var (key, values) in vectors) set.Add(key, values.Span);
        PrefixRows.For(set, 0, 0.9).ShouldNotBeNull();
        PrefixRows.For(set, set.DistinctCount - 100, 0.9).ShouldBeNull("a hundred new vectors are compared whole");
        Edges(usePrefixes: true).ShouldBe(Edges(usePrefixes: false));

        IReadOnlyList<ForestEdge> Edges(bool usePrefixes)
        {
            var forest = new SpanningForest(width, new ClusterOptions { StoreThreshold = 0.9 }, usePrefixes);
            forest.Insert(vectors);
            forest.Edges().Count.ShouldBeGreaterThan(500);
            return forest.Edges();
        }
    }

    [Fact]
    public void Vectors_whose_pairs_would_nearly_all_survive_are_not_worth_it()
    {
        var random = new Random(1);
        var vectors = new VectorSet(128);
        var centre = Made.Direction(random, 128);
        while (vectors.Count < PrefixRows.LeastVectors) vectors.Add(Made.Key(vectors.Count), Made.Near(random, centre, 0.3));
        PrefixRows.For(vectors, 0, 0.9).ShouldBeNull();
    }

    [Fact]
    public void Few_or_short_vectors_are_compared_whole()
    {
        var random = new Random(1);
        foreach (var (count, width) in new[] { (100, 512), (PrefixRows.LeastVectors, 64) })
        {
            var vectors = new VectorSet(width);
            while (vectors.Count < count) vectors.Add(Made.Key(vectors.Count), Made.Direction(random, width));
            PrefixRows.For(vectors, 0, 0.9).ShouldBeNull();
        }
    }
}
