using CsCheck;
using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class SpanningForestTests
{
    private const double Store = 0.8;
    private static readonly ClusterOptions Options = new() { StoreThreshold = Store, Parallelism = 1 };

    [Fact]
    public void Order_batches_tiles_and_threads_change_nothing() =>
        Gen.Select(Made.Sets, Gen.Int[0, 1_000_000], Gen.Int[1, 20], Gen.Int[1, 3]).Sample(
            (vectors, seed, tileSize, parallelism) =>
            {
                var random = new Random(seed);
                var shuffled = vectors.ToArray();
                random.Shuffle(shuffled);
                var forest = new SpanningForest(Width(vectors), Options with { Parallelism = parallelism }) { TileSize = tileSize };
                for (var i = 0; i < shuffled.Length;)
                {
                    var end = Math.Min(shuffled.Length, i + 1 + random.Next(30));
                    forest.Insert(shuffled[i..end], TestContext.Current.CancellationToken);
                    i = end;
                }

                forest.Edges().ShouldBe(Forest(vectors).Edges());
            },
            iter: 150);

    [Fact]
    public void Any_sequence_of_insertions_and_removals_gives_the_forest_of_what_is_left() =>
        Gen.Select(Made.Sets, Gen.Int[0, 1_000_000], Gen.Int[1, 3]).Sample(
            (vectors, seed, parallelism) =>
            {
                var random = new Random(seed);
                var forest = new SpanningForest(Width(vectors), Options with { Parallelism = parallelism });
                List<KeyedVector> there = [], away = [.. vectors];
                for (var step = 0; step < 6; step++)
                {
                    forest.Insert(Move(away, there), TestContext.Current.CancellationToken);
                    forest.Remove([.. Move(there, away).Select(vector => vector.Key)], TestContext.Current.CancellationToken);
                    forest.Vectors.Count.ShouldBe(there.Count);
                    forest.Edges().ShouldBe(Forest([.. there], Width(vectors)).Edges());
                }

                KeyedVector[] Move(List<KeyedVector> from, List<KeyedVector> to)
                {
                    KeyedVector[] some = [.. from.Where(_ => random.Next(3) == 0)];
                    from.RemoveAll(some.Contains);
                    to.AddRange(some);
                    return some;
                }
            },
            iter: 100);

    [Fact]
    public void A_removal_that_cannot_be_done_removes_nothing()
    {
        var vectors = Made.Vectors(new Random(1), 50, 64);
        var forest = Forest(vectors);
        Should.Throw<KeyNotFoundException>(() => forest.Remove([Made.Key(0), Made.Key(50)])).Message.ShouldContain(Made.Key(50).ToString());
        Should.Throw<OperationCanceledException>(() => forest.Remove([.. vectors[..20].Select(vector => vector.Key)], new CancellationToken(canceled: true)));
        forest.Edges().ShouldBe(Forest(vectors).Edges());
    }

    [Fact]
    public void A_cut_is_the_components_of_all_links_even_one_ulp_beside_a_similarity() =>
        Gen.Select(Made.Sets, Gen.Double[Store, 1], Gen.Int[0, 1_000_000]).Sample(
            (vectors, threshold, pick) =>
            {
                var forest = Forest(vectors);
                var edges = forest.Edges();
                var similarity = edges.Count == 0 ? 0.9 : edges[pick % edges.Count].Similarity;
                foreach (var at in new[] { threshold, similarity, Math.BitDecrement(similarity), Math.BitIncrement(similarity), Store, 1 })
                {
                    if (at is >= Store and <= 1) forest.Cut(at).Components(vectors).ShouldBe(Naive.Components(vectors, at));
                }
            },
            iter: 60);

    [Fact]
    public void Families_at_a_higher_threshold_lie_within_those_at_a_lower_one() =>
        Gen.Select(Made.Sets, Gen.Double[Store, 1], Gen.Double[Store, 1]).Sample(
            (vectors, one, other) =>
            {
                var forest = Forest(vectors);
                var coarse = forest.Cut(Math.Min(one, other));
                foreach (var family in forest.Cut(Math.Max(one, other)).All)
                    family.Members.Select(key => coarse.FamilyOf[key].Id).Distinct().ShouldHaveSingleItem();
            },
            iter: 100);

    [Fact]
    public void Merging_is_commutative_associative_and_idempotent_and_gives_the_forest_of_all_links() =>
        Gen.Select(Made.Sets, Gen.Int[0, 1_000_000]).Sample(
            (rows, seed) =>
            {
                var vectors = Set(rows);
                var random = new Random(seed);
                var parts = AllLinks(rows, vectors).ToLookup(_ => random.Next(3));
                var (a, b, c) = (parts[0].ToArray(), parts[1].ToArray(), parts[2].ToArray());

                Merge(a, b).ShouldBe(Merge(b, a));
                Merge(Merge(a, b), c).ShouldBe(Merge(a, Merge(b, c)));
                Merge(Merge(a, b), Merge(a, b)).ShouldBe(Merge(a, b));
                Merge(Merge(a, b), c).ShouldBe(Forest(rows).Edges());

                IReadOnlyList<ForestEdge> Merge(IEnumerable<ForestEdge> left, IEnumerable<ForestEdge> right)
                {
                    var forest = SpanningForest.Restore(vectors, left, Options);
                    forest.Merge(right);
                    return forest.Edges();
                }
            },
            iter: 100);

    [Fact]
    public void A_restored_forest_goes_on_as_if_it_had_never_stopped() =>
        Gen.Select(Made.Sets, Gen.Int[0, 60]).Sample(
            (vectors, some) =>
            {
                var before = vectors.Take(some).ToArray();
                var forest = SpanningForest.Restore(Set(before, Width(vectors)), Forest(before, Width(vectors)).Edges(), Options);
                forest.Insert(vectors, TestContext.Current.CancellationToken);
                forest.Edges().ShouldBe(Forest(vectors).Edges());
            },
            iter: 100);

    [Fact]
    public void There_are_fewer_edges_than_keys() => Made.Sets.Sample(vectors => Forest(vectors).Edges().Count < vectors.Length, iter: 50);

    [Fact]
    public void A_family_is_named_by_its_smallest_key_and_families_come_largest_first()
    {
        Half[] x = [(Half)1, (Half)0], y = [(Half)0, (Half)1], alone = [(Half)(-1), (Half)0];
        var forest = Forest([.. new[] { x, y, y, x, y, alone }.Select((values, i) => new KeyedVector(Made.Key(i), values))]);
        var families = forest.Cut(0.9);
        ContentKey[] large = [.. new[] { 1, 2, 4 }.Select(Made.Key).Order()], small = [.. new[] { 0, 3 }.Select(Made.Key).Order()];
        families.All.Select(family => (family.Id, string.Join(' ', family.Members)))
            .ShouldBe([(large[0], string.Join(' ', large)), (small[0], string.Join(' ', small)), (Made.Key(5), Made.Key(5).ToString())]);
        families.FamilyOf.Count.ShouldBe(6);
    }

    [Fact]
    public void An_image_without_a_link_is_a_family_of_its_own()
    {
        var vectors = Enumerable.Range(0, 3).Select(i => new KeyedVector(Made.Key(i), new[] { (Half)1, (Half)i })).ToArray();
        Forest(vectors, options: Options).Cut(1).All.Select(family => family.Members.ShouldHaveSingleItem()).ShouldBe(vectors.Select(vector => vector.Key), ignoreOrder: true);
    }

    [Fact]
    public void A_stopped_insert_is_completed_by_the_next()
    {
        var vectors = Made.Vectors(new Random(1), 50, 64);
        var forest = new SpanningForest(64, Options);
        Should.Throw<OperationCanceledException>(() => forest.Insert(vectors, new CancellationToken(canceled: true)));
        Should.Throw<InvalidOperationException>(() => forest.Edges());
        Should.Throw<InvalidOperationException>(() => forest.Cut(0.9));
        forest.Insert([], TestContext.Current.CancellationToken);
        forest.Edges().ShouldBe(Forest(vectors).Edges());
    }

    [Theory]
    [InlineData(0.79)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void A_threshold_that_the_forest_cannot_answer_is_refused(double threshold) =>
        Should.Throw<ArgumentOutOfRangeException>(() => Forest([]).Cut(threshold)).Message.ShouldContain("0.8");

    [Fact]
    public void An_edge_that_the_forest_would_not_hold_is_refused()
    {
        var vectors = Set(Made.Vectors(new Random(1), 2, 2));
        var (a, b, unknown) = (Made.Key(0), Made.Key(1), Made.Key(2));
        Refused(new ForestEdge(a, unknown, 0.9)).ShouldContain($"no vector under {unknown}");
        Refused(new ForestEdge(a, b, 0.7)).ShouldContain("between 0.8 and 1");
        Refused(new ForestEdge(a, b, double.NaN)).ShouldContain("between 0.8 and 1");

        string Refused(ForestEdge edge) => Should.Throw<ArgumentException>(() => SpanningForest.Restore(vectors, [edge], Options)).Message;
    }

    private static int Width(KeyedVector[] vectors) => vectors.Length == 0 ? 2 : vectors[0].Values.Length;

    private static SpanningForest Forest(KeyedVector[] vectors, int? width = null, ClusterOptions? options = null)
    {
        var forest = new SpanningForest(width ?? Width(vectors), options ?? Options);
        forest.Insert(vectors, TestContext.Current.CancellationToken);
        return forest;
    }

    private static VectorSet Set(KeyedVector[] rows, int? width = null)
    {
        var vectors = new VectorSet(width ?? Width(rows));
        foreach (var (key, values) in rows) vectors.Add(key, values.Span);
        return vectors;
    }

    private static IEnumerable<ForestEdge> AllLinks(KeyedVector[] rows, VectorSet vectors) =>
        from x in rows
        from y in rows
        where x.Key < y.Key && Naive.Linked(x, y, Store)
        select new ForestEdge(x.Key, y.Key, vectors.Distinct.Similarity(vectors.Nodes[x.Key], vectors.Nodes[y.Key]));
}
