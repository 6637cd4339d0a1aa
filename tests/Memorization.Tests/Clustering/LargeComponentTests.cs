using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

/// <summary>Components whose links, taken one by one, would fill the memory.</summary>
public class LargeComponentTests
{
    [Fact]
    public void Fifty_thousand_copies_are_one_vector_and_one_family()
    {
        var copy = Made.Direction(new Random(1), 512);
        var forest = new SpanningForest(512, new ClusterOptions());
        forest.Insert([.. Enumerable.Range(0, 50_000).Select(i => new KeyedVector(Made.Key(i), copy))], TestContext.Current.CancellationToken);
        forest.Vectors.Distinct.Count.ShouldBe(1);
        forest.Edges().Count.ShouldBe(49_999);
        forest.Cut(1).All.ShouldHaveSingleItem().Members.Count.ShouldBe(50_000);
    }

    [Fact]
    public void A_chain_of_ten_thousand_is_one_family_though_its_ends_are_perpendicular()
    {
        var (vectors, forest) = Chain();
        var weakest = vectors.Zip(vectors[1..]).Min(pair => Similarity(pair.First, pair.Second));
        weakest.ShouldBeGreaterThan(0.9999);
        Similarity(vectors[0], vectors[^1]).ShouldBe(0, 1e-6);
        forest.Cut(Math.BitDecrement(weakest)).All.ShouldHaveSingleItem().Members.Count.ShouldBe(10_000);
        forest.Edges().Count.ShouldBe(9_999);

        static double Similarity(KeyedVector x, KeyedVector y) =>
            Naive.Dot(x.Values, y.Values) / Math.Sqrt(Naive.Dot(x.Values, x.Values) * Naive.Dot(y.Values, y.Values));
    }

    [Fact]
    public void A_chain_falls_in_two_where_links_are_taken_out_and_closes_over_a_smaller_gap()
    {
        var (vectors, forest) = Chain();
        Remove(4_000, 4_100); // 0.016 radians: 0.9999
        forest.Cut(0.9995).All.ShouldHaveSingleItem().Members.Count.ShouldBe(9_900);
        Remove(6_000, 6_500); // 0.079 radians: 0.9969
        forest.Cut(0.9995).All.Select(family => family.Members.Count).ShouldBe([5_900, 3_500]);

        void Remove(int first, int end) => forest.Remove([.. vectors[first..end].Select(vector => vector.Key)], TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_clique_of_two_thousand_near_copies_has_fewer_edges_than_keys()
    {
        var random = new Random(1);
        var centre = Made.Direction(random, 64);
        var forest = new SpanningForest(64, new ClusterOptions());
        var near = Enumerable.Range(0, 2_000).Select(i => new KeyedVector(Made.Key(i), Made.Near(random, centre, 0.1)));
        forest.Insert([.. near], TestContext.Current.CancellationToken);
        forest.Edges().Count.ShouldBe(1_999);
        forest.Cut(0.97).All.ShouldHaveSingleItem().Members.Count.ShouldBe(2_000);
    }

    // Ten thousand directions from one axis to the other.
    private static (KeyedVector[] Vectors, SpanningForest Forest) Chain()
    {
        var vectors = Enumerable.Range(0, 10_000).Select(i =>
        {
            var (sin, cos) = Math.SinCos(Math.PI / 2 * i / 9_999);
            return new KeyedVector(Made.Key(i), new[] { (Half)cos, (Half)sin });
        }).ToArray();
        var forest = new SpanningForest(2, new ClusterOptions { StoreThreshold = 0.999 });
        forest.Insert(vectors, TestContext.Current.CancellationToken);
        return (vectors, forest);
    }
}
