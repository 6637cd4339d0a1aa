using CsCheck;
using Memorization.Clustering;
using Memorization.Inference;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Clustering;

/// <summary>What runs on GPUs, run on the processor: the same graphs, blocks and bounds.</summary>
public class DeviceRowsTests
{
    private const double Threshold = 0.8;

    [Fact]
    public void The_forest_is_the_one_of_whole_vectors_whatever_the_blocks() => Gen.Select(Made.Sets, Gen.Int[2, 20], Gen.Int[0, 60], Gen.Int[1, 2]).Sample(
        (rows, blockRows, firstNew, devices) =>
        {
            var set = new VectorSet(rows[0].Values.Length);
            set.Add(rows);
            var vectors = set.Distinct;
            firstNew = Math.Min(firstNew, vectors.Count);
            using var source = DeviceRows.Load(vectors, Enumerable.Repeat(OnnxDevice.Cpu, devices).ToArray(), blockRows);
            Forest(vectors, source, firstNew).ShouldBe(Forest(vectors, new WholeRows(vectors), firstNew));
        },
        iter: 60);

    [Fact]
    public void A_product_is_as_near_to_the_similarity_as_the_bound_says_and_the_bound_is_narrow() => Made.Sets.Sample(
        rows =>
        {
            var set = new VectorSet(rows[0].Values.Length);
            set.Add(rows);
            var vectors = set.Distinct;
            using var source = DeviceRows.Load(vectors, [OnnxDevice.Cpu], 64);
            source.Slack.ShouldBeLessThan(3e-3);
            using var filter = source.CreateFilter(0.1, 64);
            List<Candidate> candidates = [];
            filter.Propose(new Tile(0, vectors.Count, 0, vectors.Count), candidates);
            foreach (var (u, v, atMost) in candidates)
                vectors.Similarity(u, v).ShouldBeInRange(atMost - 2 * source.Slack, atMost);
            candidates.Count.ShouldBeGreaterThanOrEqualTo(Enumerable.Range(0, vectors.Count).Sum(u => Enumerable.Range(0, u).Count(v => vectors.Similarity(u, v) >= 0.1)));
        },
        iter: 60);

    [Fact]
    public void A_device_that_is_not_there_is_refused_by_name()
    {
        Assert.SkipUnless(OnnxSession.CudaProblem(0) is not null, "there is a GPU");
        var set = new VectorSet(2);
        set.Add(Made.Vectors(new Random(1), 10, 2));
        Should.Throw<NotSupportedException>(() => DeviceRows.Load(set.Distinct, [new OnnxDevice(0)])).Message.ShouldContain("cuda:0");
    }

    private static List<NodeEdge> Forest(DistinctVectors vectors, IFilterSource source, int firstNew)
    {
        var before = new ForestBuilder(vectors, []);
        new SimilarityJoin(vectors, Threshold, 1, 1024, new WholeRows(vectors)).Run(PairTiles.All(0, firstNew, 1024), before, default);
        var forest = new ForestBuilder(vectors, before.Reduced());
        var join = new SimilarityJoin(vectors, Threshold, 2, 1024, source);
        join.Run(join.New(firstNew), forest, default);
        return [.. forest.Reduced().Select(edge => edge.U < edge.V ? edge : edge with { U = edge.V, V = edge.U })];
    }
}
