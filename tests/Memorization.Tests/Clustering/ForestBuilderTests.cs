using CsCheck;
using Memorization.Clustering;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

public class ForestBuilderTests
{
    /// <summary>Up to 40 vectors in the plane: nearly every pair is linked, and many links tie.</summary>
    private static readonly Gen<DistinctVectors> Dense = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[2, 40], (seed, count) =>
    {
        var random = new Random(seed);
        var vectors = new VectorSet(2);
        for (var i = 0; i < count; i++) vectors.Add(Made.Key(i), [(Half)random.Next(1, 9), (Half)random.Next(1, 9)]);
        return vectors.Distinct;
    });

    [Fact]
    public void Reducing_often_and_dropping_what_cannot_matter_change_nothing() =>
        Gen.Select(Dense, Gen.Int[0, 1_000_000]).Sample((vectors, seed) =>
        {
            var links = Links(vectors);
            new Random(seed).Shuffle(links);
            var once = new ForestBuilder(vectors, links);
            var often = new ForestBuilder(vectors, [], limit: 1);
            foreach (var link in links.Where(link => often.MayHold(link.U, link.V, link.Similarity))) often.Add([link]);
            often.Reduced().ShouldBe(once.Reduced());
        });

    [Fact]
    public void A_bottleneck_is_the_highest_threshold_that_connects() => Dense.Sample(vectors =>
    {
        var sets = new DisjointSets(vectors.Count);
        foreach (var edge in new ForestBuilder(vectors, Links(vectors)).Reduced()) sets.Union(edge.U, edge.V, edge.Similarity);

        // Independent of forests: widest paths by Floyd and Warshall.
        var widest = new double[vectors.Count, vectors.Count];
        foreach (var (u, v, similarity) in Links(vectors)) widest[u, v] = widest[v, u] = similarity;
        for (var k = 0; k < vectors.Count; k++)
        {
            for (var u = 0; u < vectors.Count; u++)
            {
                for (var v = 0; v < vectors.Count; v++) widest[u, v] = Math.Max(widest[u, v], Math.Min(widest[u, k], widest[k, v]));
            }
        }

        for (var u = 0; u < vectors.Count; u++)
        {
            for (var v = 0; v < u; v++) sets.Bottleneck(u, v).ShouldBe(widest[u, v]);
        }
    });

    private static NodeEdge[] Links(DistinctVectors vectors) =>
        [.. from u in Enumerable.Range(0, vectors.Count)
            from v in Enumerable.Range(0, u)
            let similarity = vectors.Similarity(u, v)
            where similarity >= 0.9
            select new NodeEdge(u, v, similarity)];
}
