using CsCheck;
using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class CosineFilterTests
{
    /// <summary>Pairs of every length and shape: flat ones, where float32 errs most, outlier dimensions, subnormal and huge values.</summary>
    private static readonly Gen<(Half[] X, Half[] Y)> Adversarial =
        Gen.Select(Gen.Int[0, 1_000_000], Gen.OneOf(2, 17, 64, 512, 768), Gen.Int[0, 3], (seed, width, shape) =>
        {
            var random = new Random(seed);
            Half[] Row() => [.. Enumerable.Range(0, width).Select(i => (Half)(shape switch
            {
                0 => 0.04 + random.NextDouble() / 100,
                1 => i == 0 ? 60000 : random.NextDouble() * 10000,
                2 => (1 + random.Next(40)) * Math.ScaleB(1, -24),
                _ => (i % 37 == 0 ? 20 : 0.1) * (1 + random.NextDouble()),
            }))];
            return (Row(), Row());
        });

    [Fact]
    public void A_pair_is_linked_at_its_similarity_and_not_one_ulp_above() => Adversarial.Sample(
        pair =>
        {
            var similarity = Pair(pair).Distinct.Similarity(0, 1);
            Links(pair, similarity).ShouldBe(1);
            Links(pair, Math.BitDecrement(similarity)).ShouldBe(1);
            if (similarity < 1) Links(pair, Math.BitIncrement(similarity)).ShouldBe(0);
        },
        iter: 300);

    [Fact]
    public void A_score_with_its_slack_is_never_below_the_similarity_nor_far_above() => Adversarial.Sample(
        pair =>
        {
            var vectors = Pair(pair).Distinct;
            using var filter = new CosineFilter(new WholeRows(vectors), threshold: 0.01, tileSize: 2);
            List<Candidate> candidates = [];
            filter.Propose(new Tile(0, 2, 0, 2), candidates);
            var (u, v, atMost) = candidates.ShouldHaveSingleItem();
            (u, v).ShouldBe((1, 0));
            atMost.ShouldBeInRange(vectors.Similarity(0, 1), vectors.Similarity(0, 1) + 2 * WholeRows.Rounding(vectors.Width));
        },
        iter: 300);

    private static VectorSet Pair((Half[] X, Half[] Y) pair)
    {
        if (pair.X.SequenceEqual(pair.Y)) pair.Y[0] /= (Half)2; // doubled it might be infinite
        var vectors = new VectorSet(pair.X.Length);
        vectors.Add(Made.Key(0), pair.X);
        vectors.Add(Made.Key(1), pair.Y);
        return vectors;
    }

    private static int Links((Half[] X, Half[] Y) pair, double storeThreshold)
    {
        var forest = new SpanningForest(pair.X.Length, new ClusterOptions { StoreThreshold = storeThreshold });
        forest.Insert([new(Made.Key(0), pair.X), new(Made.Key(1), pair.Y)], TestContext.Current.CancellationToken);
        return forest.Edges().Count;
    }
}
