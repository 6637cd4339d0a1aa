using System.Globalization;
using System.Numerics.Tensors;
using Memorization.Pipelines.Demo;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Demo;

/// <summary>The chained family under the built-in model.</summary>
public sealed class ChainTests(ITestOutputHelper output)
{
    [Fact]
    public void Each_frame_is_linked_to_the_next_with_room_to_spare_and_the_ends_are_far_below_the_threshold()
    {
        for (var seed = 1; seed <= MeasuredSize.Of("DEMO_SEEDS", 2); seed++)
        {
            var world = DemoWorld.Make((ulong)seed, DemoWorld.LeastRows, faults: true);
            var frames = world.Rows.Where(row => row.Family == DemoWorld.ChainFamily).Select(row => row.Picture.Untreated()).Distinct().ToList();
            var render = world.Pictures();
            var embeddings = Embeddings.Of(frames.Count, i => render.Render(frames[i]), out var threshold);

            // Of the tree of strongest links (Prim): single linkage joins all frames as long as the weakest of them holds.
            var links = Links(embeddings);
            var all = Enumerable.Range(0, embeddings.Length).SelectMany(i => Enumerable.Range(0, i).Select(j => TensorPrimitives.Dot(embeddings[i], embeddings[j]))).ToArray();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {frames.Count} frames, links {links.Min():f3} to {links.Max():f3}, lowest pair {all.Min():f3}, {all.Count(cosine => cosine >= threshold)} of {all.Length} pairs linked"));
            links.Length.ShouldBe(frames.Count - 1);
            links.Min().ShouldBeGreaterThan(threshold + 0.05f);
            all.Min().ShouldBeLessThan(threshold - 0.4f);
        }
    }

    private static float[] Links(float[][] embeddings)
    {
        var nearest = embeddings.Select(embedding => TensorPrimitives.Dot(embedding, embeddings[0])).ToArray();
        var left = Enumerable.Range(1, embeddings.Length - 1).ToHashSet();
        List<float> links = [];
        while (left.Count > 0)
        {
            var next = left.MaxBy(i => nearest[i]);
            links.Add(nearest[next]);
            left.Remove(next);
            foreach (var i in left) nearest[i] = Math.Max(nearest[i], TensorPrimitives.Dot(embeddings[i], embeddings[next]));
        }

        return [.. links];
    }
}
