using Memorization.Clustering;
using Memorization.Inference;

namespace Memorization.Replication.Scoring;

/// <summary>How far the images of one probe are all the same image: a model that has memorised one gives it whatever the seed.</summary>
/// <param name="Caption">The probe's caption.</param>
/// <param name="Images">Its images.</param>
/// <param name="Groups">Groups of near-identical images among them, single ones included.</param>
/// <param name="Largest">Images in the largest group.</param>
/// <param name="Share">Their part.</param>
public sealed record SeedConsistency(string Caption, int Images, int Groups, int Largest, double Share)
{
    /// <summary>Groups the images of each caption: two are linked from the threshold up, as training images are.</summary>
    internal static IEnumerable<SeedConsistency> Of(IEnumerable<GivenEmbedding> images, double threshold) => images
        .Where(image => image.Caption is not null).GroupBy(image => image.Caption!).OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => Of(group.Key, [.. group.Select(image => image.Embedding)], threshold));

    private static SeedConsistency Of(string caption, List<float[]> embeddings, double threshold)
    {
        var sets = new DisjointSets(embeddings.Count);
        var (width, all) = (embeddings[0].Length, embeddings.SelectMany(embedding => embedding).ToArray());
        using var multiply = new MatrixProduct();
        var products = new float[embeddings.Count];
        for (var i = 1; i < embeddings.Count; i++)
        {
            multiply.Multiply(embeddings[i], all.AsMemory(0, i * width), products.AsMemory(0, i), width);
            for (var j = 0; j < i; j++)
                if (products[j] >= threshold) sets.Union(i, j, 1);
        }

        var sizes = Enumerable.Range(0, embeddings.Count).CountBy(sets.Find).Select(set => set.Value).ToList();
        return new SeedConsistency(caption, embeddings.Count, sizes.Count, sizes.Max(), (double)sizes.Max() / embeddings.Count);
    }
}
