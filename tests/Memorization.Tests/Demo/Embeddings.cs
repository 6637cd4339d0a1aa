using Memorization.Embedding;
using Memorization.Images;
using Shouldly;

namespace Memorization.Tests.Demo;

/// <summary>Image files through the real decoder and the real graph of the built-in model.</summary>
internal static class Embeddings
{
    private const int Chunk = 256;

    /// <param name="count">Number of files.</param>
    /// <param name="file">The bytes of each; called from several threads.</param>
    /// <param name="threshold">The model's own.</param>
    /// <returns>Unit vectors, rounded to float16 as they are stored.</returns>
    public static float[][] Of(int count, Func<int, byte[]> file, out float threshold)
    {
        using var encoder = ImageEncoder.Open(new ModelOptions { BatchSize = 32 });
        using var batch = encoder.AllocateBatch();
        threshold = (float)encoder.Model.DefaultThreshold;
        var decoder = new ImageDecoder();
        var embeddings = new float[count][];
        var pixels = new byte[Chunk][];
        for (var start = 0; start < count; start += Chunk)
        {
            var here = Math.Min(Chunk, count - start);
            Parallel.For(0, here, i =>
            {
                decoder.Decode(file(start + i)).IsKept(out var decoded).ShouldBeTrue();
                pixels[i] = decoded!.Rgb;
            });
            for (var first = 0; first < here; first += encoder.BatchSize)
            {
                var size = Math.Min(encoder.BatchSize, here - first);
                for (var i = 0; i < size; i++) batch.Put(i, pixels[first + i]);
                batch.Run();
                for (var i = 0; i < size; i++)
                    embeddings[start + first + i] = [.. UnitVector.From(batch.Embedding(i), out _).Select(x => (float)x)];
            }
        }

        return embeddings;
    }
}
