using CsCheck;
using Memorization.Clustering;
using Memorization.Inference;
using Memorization.Pipelines.Bench;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class PrefixRowsTests
{
    // Fewer vectors than directions, more than those, and families, copies, parallels and outliers among them.
    private static readonly Gen<DistinctVectors> Sets = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[2, 130], Gen.OneOf(65, 128, 512, 768), (seed, count, width) =>
    {
        var vectors = new VectorSet(width);
        vectors.Add(Made.Vectors(new Random(seed), count, width));
        return vectors.Distinct;
    });

    // Some processors' eight-bit sums are not exact, and so not used.
    private static Func<DistinctVectors, PrefixRows>[] InEightBits =>
    [
        vectors => new Int8PrefixRows(vectors, MainDirections.Of(vectors)),
        vectors => new Int8PrefixRows(vectors, MainDirections.Of(Tenth(vectors))),
    ];

    // Directions of all the vectors, and of a tenth of them, whose numbers the others' prefixes may pass.
    private static readonly Func<DistinctVectors, PrefixRows>[] Kinds =
    [
        vectors => new FloatPrefixRows(vectors, MainDirections.Of(vectors)),
        vectors => new FloatPrefixRows(vectors, MainDirections.Of(Tenth(vectors))),
        .. Int8Product.IsExact ? InEightBits : [],
    ];

    [Fact]
    public void No_pair_scores_below_its_similarity() => Gen.Select(Sets, Gen.OneOf(Kinds)).Sample(
        (vectors, kind) =>
        {
            var count = vectors.Count;
            if (count < 2) return;
            var candidates = Propose(kind(vectors), threshold: 0.5, new Tile(0, count, 0, count));
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
        iter: 150);

    [Fact]
    public void A_pair_at_the_threshold_to_the_ulp_is_proposed() => Gen.Select(Sets, Gen.OneOf(Kinds)).Sample(
        (vectors, kind) =>
        {
            if (vectors.Count < 2) return;
            var similarity = vectors.Similarity(1, 0);
            if (similarity <= 0) return;
            foreach (var threshold in new[] { similarity, Math.BitDecrement(similarity) })
                Propose(kind(vectors), threshold, new Tile(0, 2, 0, 2)).ShouldContain(candidate => candidate.U == 1 && candidate.V == 0);
        },
        iter: 100);

    [Fact]
    public void Tiles_anywhere_propose_what_one_tile_proposes() => Gen.Select(Sets, Gen.OneOf(Kinds), Gen.Int[1, 40]).Sample(
        (vectors, kind, side) =>
        {
            var (count, rows) = (vectors.Count, kind(vectors));
            var pieces = from row in Enumerable.Range(0, (count - 1) / side + 1)
                         from column in Enumerable.Range(0, row + 1)
                         select new Tile(row * side, Math.Min(side, count - row * side), column * side, Math.Min(side, count - column * side));
            rows.Extend();
            using var filter = rows.CreateFilter(0.7, side);
            List<Candidate> some = [];
            var all = pieces.SelectMany(tile =>
            {
                filter.Propose(tile, some);
                return some.Where(candidate => vectors.Similarity(candidate.U, candidate.V) >= 0.7).Select(candidate => (candidate.U, candidate.V)).ToArray();
            });
            all.Order().ShouldBe(
                from u in Enumerable.Range(0, count)
                from v in Enumerable.Range(0, u)
                where vectors.Similarity(u, v) >= 0.7
                select (u, v));
        },
        iter: 60);

    [Fact]
    public void Prefixes_follow_vectors_that_come_and_go()
    {
        var random = new Random(1);
        var set = new VectorSet(128);
        var rows = Made.Vectors(random, 3_000, 128);
        set.Add(rows[..2_000]);
        PrefixRows[] kinds = [.. Kinds.Select(kind => kind(set.Distinct))];
        foreach (var kind in kinds) kind.Extend();
        ContentKey[] gone = [.. rows[..2_000].Where((_, i) => i % 3 == 0).Select(row => row.Key)];
        var places = set.PlacesWithout(gone);
        set.Remove(gone, places);
        set.Add(rows[2_000..]);
        foreach (var kind in kinds)
        {
            kind.Keep(places);
            var (u, v) = (set.Distinct.Count - 1, 700);
            var similarity = set.Distinct.Similarity(u, v);
            Propose(kind, 0.001, new Tile(u, 1, v, 1)).ShouldHaveSingleItem().AtMost.ShouldBeInRange(similarity, similarity + 0.6);
            kind.Count.ShouldBe(set.Distinct.Count);
        }
    }

    private static DistinctVectors Tenth(DistinctVectors vectors) => vectors.Of([.. Enumerable.Range(0, vectors.Count).Where(node => node % 10 == 0)]);

    private static List<Candidate> Propose(PrefixRows rows, double threshold, Tile tile)
    {
        rows.Extend();
        using var filter = rows.CreateFilter(threshold, Math.Max(tile.Rows, tile.Columns));
        List<Candidate> candidates = [];
        filter.Propose(tile, candidates);
        return candidates;
    }
}
