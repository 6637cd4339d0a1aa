using System.Numerics.Tensors;
using Memorization.Pipelines.Demo;

namespace Memorization.Tests.Demo;

/// <summary>How well single linkage over the built-in model finds a world's planted families again; by brute force, without the program's own clustering.</summary>
/// <param name="Precision">Of the pairs of rows that were joined, the share that were planted together.</param>
/// <param name="Recall">Of the pairs planted together, the share that were joined.</param>
/// <param name="NearestStrangers">The highest cosine of two rows that were not planted together.</param>
internal sealed record Recovery(int Rows, double Precision, double Recall, float NearestStrangers)
{
    public static Recovery Of(DemoWorld world)
    {
        var rows = world.Rows.Where(row => row.Ends is null).ToArray();
        var pictures = rows.Select(row => row.Picture).Distinct().ToArray();
        var render = world.Pictures();
        var embeddings = Embeddings.Of(pictures.Length, i => render.Render(pictures[i]), out var threshold);

        // Equal pictures have equal bytes and one embedding; their rows are joined through it.
        var places = Enumerable.Range(0, pictures.Length).ToDictionary(i => pictures[i]);
        var planted = new long[pictures.Length];
        foreach (var row in rows) planted[places[row.Picture]] = row.Family ?? -1 - places[row.Picture];
        var (parents, strangers) = Join(embeddings, planted, threshold);

        var together = rows.Select(row => (Found: Root(parents, places[row.Picture]), Planted: planted[places[row.Picture]])).ToArray();
        var both = Pairs(together);
        return new Recovery(
            rows.Length, (double)both / Pairs(together.Select(row => row.Found)), (double)both / Pairs(together.Select(row => row.Planted)), strangers);
    }

    private static (int[] Parents, float Strangers) Join(float[][] embeddings, long[] planted, float threshold)
    {
        var parents = Enumerable.Range(0, embeddings.Length).ToArray();
        var gate = new Lock();
        var strangers = -1f;
        Parallel.For(0, embeddings.Length, i =>
        {
            List<int> linked = [];
            var nearest = -1f;
            for (var j = 0; j < i; j++)
            {
                var cosine = TensorPrimitives.Dot(embeddings[i], embeddings[j]);
                if (cosine >= threshold) linked.Add(j);
                if (cosine > nearest && planted[i] != planted[j]) nearest = cosine;
            }

            lock (gate)
            {
                foreach (var j in linked) parents[Root(parents, i)] = Root(parents, j);
                strangers = Math.Max(strangers, nearest);
            }
        });
        return (parents, strangers);
    }

    private static int Root(int[] parents, int of)
    {
        while (parents[of] != of) of = parents[of] = parents[parents[of]];
        return of;
    }

    private static long Pairs<T>(IEnumerable<T> labels)
        where T : notnull => labels.CountBy(label => label).Sum(group => (long)group.Value * (group.Value - 1) / 2);
}
