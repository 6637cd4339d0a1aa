using CsCheck;
using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class StarCoverTests
{
    private const double Threshold = 0.8;

    [Fact]
    public void The_cover_is_the_definition_read_out() => Made.Sets.Sample(
        vectors => Shapes(vectors).Select(Text).ShouldBe(Forest(vectors).Cut(Threshold).All.Select(family => Naive(family, vectors))), iter: 150);

    [Fact]
    public void Threads_and_order_change_nothing() => Gen.Select(Made.Sets, Gen.Int[0, 1_000_000]).Sample(
        (vectors, seed) =>
        {
            var shuffled = vectors.ToArray();
            new Random(seed).Shuffle(shuffled);
            Shapes(shuffled, parallelism: 3).Select(Text).ShouldBe(Shapes(vectors).Select(Text));
        },
        iter: 50);

    [Fact]
    public void Two_members_of_a_star_are_no_further_apart_than_twice_the_angle() => Made.Sets.Sample(
        vectors =>
        {
            var byKey = vectors.ToDictionary(vector => vector.Key);
            foreach (var star in Shapes(vectors).SelectMany(shape => shape.Stars))
            {
                foreach (var (one, _) in star.Members)
                    foreach (var (other, _) in star.Members) Similarity(byKey[one], byKey[other]).ShouldBeGreaterThanOrEqualTo(2 * Threshold * Threshold - 1 - 1e-12);
            }
        },
        iter: 50);

    [Fact]
    public void A_large_family_gets_the_cover_of_its_pairs_in_float64()
    {
        // More distinct vectors than are compared one by one; an arc, so that links are not all or none.
        var vectors = Enumerable.Range(0, 700).Select(i =>
        {
            var (sin, cos) = Math.SinCos(i / 400.0);
            return new KeyedVector(Made.Key(i), new[] { (Half)cos, (Half)sin, (Half)(i % 3 * 0.01) });
        }).ToArray();
        var shape = Shapes(vectors, parallelism: 2).ShouldHaveSingleItem();
        Text(shape).ShouldBe(Naive(shape.Family, vectors));
        shape.Stars.Count.ShouldBeGreaterThan(1);
        shape.LeastSimilarity.ShouldBeLessThan(0);
    }

    private static SpanningForest Forest(KeyedVector[] vectors)
    {
        var forest = new SpanningForest(vectors[0].Values.Length, new ClusterOptions { StoreThreshold = Threshold });
        forest.Insert(vectors, TestContext.Current.CancellationToken);
        return forest;
    }

    private static IReadOnlyList<FamilyShape> Shapes(KeyedVector[] vectors, int parallelism = 1)
    {
        var forest = Forest(vectors);
        return StarCover.Of(forest.Vectors, forest.Cut(Threshold), parallelism, TestContext.Current.CancellationToken);
    }

    private static double Similarity(KeyedVector x, KeyedVector y) =>
        Math.Min(1, Clustering.Naive.Dot(x.Values, y.Values) / Math.Sqrt(Clustering.Naive.Dot(x.Values, x.Values) * Clustering.Naive.Dot(y.Values, y.Values)));

    private static string Text(FamilyShape shape) =>
        $"{shape.Family.Id} {shape.LeastSimilarity:F12}: {string.Join("; ", shape.Stars.Select(star => string.Join(' ', star.Members.Select(member => $"{member.Key} {member.Similarity:F12}"))))}";

    private static string Naive(Family family, KeyedVector[] vectors)
    {
        var rows = vectors.Where(vector => family.Members.Contains(vector.Key)).OrderBy(vector => vector.Key).ToList();
        var least = rows.SelectMany(x => rows.Select(y => Same(x, y) ? 1 : Similarity(x, y))).Min();
        var order = rows.OrderByDescending(x => rows.Count(y => Linked(x, y))).ThenBy(x => x.Key).ToList();
        List<Star> stars = [];
        while (order.Count > 0)
        {
            var leader = order[0];
            var members = order.Where(row => row == leader || Linked(row, leader)).ToList();
            order.RemoveAll(members.Contains);
            members.Remove(leader);
            stars.Add(new Star(leader.Key, [(leader.Key, 1), .. members.OrderBy(row => row.Key).Select(row => (row.Key, Same(row, leader) ? 1 : Similarity(row, leader)))]));
        }

        return Text(new FamilyShape(family, least, stars));

        static bool Linked(KeyedVector x, KeyedVector y) => Same(x, y) || Clustering.Naive.Linked(x, y, Threshold);
    }

    private static bool Same(KeyedVector x, KeyedVector y) => x.Values.Span.SequenceEqual(y.Values.Span);
}
