using System.Diagnostics;
using Memorization.Clustering;
using Memorization.Embedding;
using Memorization.Images;

namespace Memorization.Benchmarks;

/// <summary>Files as the vectors that a study would store of them.</summary>
internal static class TruthVectors
{
    /// <summary>Decodes on all cores, then embeds on one thread.</summary>
    /// <param name="rows">The files.</param>
    /// <param name="model">An ONNX image encoder that reads pixels normalised as CLIP's are.</param>
    /// <param name="decoding">How long decoding took.</param>
    /// <param name="encoding">How long the model took, after a batch to warm it.</param>
    /// <exception cref="InvalidDataException">A file is not an image, or the model gives no vector for it.</exception>
    public static KeyedVector[] Of(IReadOnlyList<TruthRow> rows, string model, out TimeSpan decoding, out TimeSpan encoding)
    {
        using var encoder = ImageEncoder.Open(new ModelOptions { Path = model });
        using var batch = encoder.AllocateBatch();
        var decoder = new ImageDecoder(side: encoder.Model.Side);
        var start = Stopwatch.GetTimestamp();
        var pixels = rows.AsParallel().AsOrdered().Select(row => decoder.Decode(row.Bytes) is var outcome && outcome.IsKept(out var kept)
            ? kept.Rgb
            : throw new InvalidDataException($"{row.Source}: {outcome.Rejection}")).ToArray();
        decoding = Stopwatch.GetElapsedTime(start);

        batch.Put(0, pixels[0]);
        batch.Run(); // the first run also prepares the session
        start = Stopwatch.GetTimestamp();
        var vectors = new KeyedVector[rows.Count];
        for (var first = 0; first < rows.Count; first += batch.Size)
        {
            var size = Math.Min(batch.Size, rows.Count - first);
            for (var i = 0; i < size; i++) batch.Put(i, pixels[first + i]);
            batch.Run();
            for (var i = 0; i < size; i++)
            {
                var values = UnitVector.From(batch.Embedding(i), out var wrong);
                if (wrong is not null) throw new InvalidDataException($"{rows[first + i].Source}: the model gives {wrong}");
                vectors[first + i] = new KeyedVector(rows[first + i].Key, values);
            }
        }

        encoding = Stopwatch.GetElapsedTime(start);
        return vectors;
    }
}
