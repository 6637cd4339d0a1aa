using System.Diagnostics;
using Memorization.Clustering;
using Memorization.Embedding;
using Memorization.Images;

namespace Memorization.Benchmarks;

/// <summary>Files as the vectors that a study would store of them.</summary>
/// <param name="model">An ONNX image encoder that reads pixels normalised as CLIP's are.</param>
internal sealed class TruthEncoder(string model)
{
    /// <summary>Decodes on all cores, then embeds on one thread.</summary>
    /// <exception cref="InvalidDataException">A file is not an image, or the model gives no vector for it.</exception>
    public KeyedVector[] Embed(IReadOnlyList<TruthRow> rows, out TimeSpan decoding, out TimeSpan encoding)
    {
        using var encoder = ImageEncoder.Open(new ModelOptions { Path = model });
        using var batch = encoder.AllocateBatch();
        var decoder = new ImageDecoder(side: encoder.Model.Side);
        var start = Stopwatch.GetTimestamp();
        var pixels = rows.AsParallel().AsOrdered().Select(row => decoder.Decode(row.Bytes) is var outcome && outcome.IsKept(out var kept)
            ? kept.Rgb
            : throw new InvalidDataException($"{row.Path}: {outcome.Rejection}")).ToArray();
        decoding = Stopwatch.GetElapsedTime(start);

        batch.Put(0, pixels[0]);
        batch.Run(); // the first run is slower
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
                if (wrong is not null) throw new InvalidDataException($"{rows[first + i].Path}: the model gives {wrong}");
                vectors[first + i] = new KeyedVector(rows[first + i].Key, values);
            }
        }

        encoding = Stopwatch.GetElapsedTime(start);
        return vectors;
    }
}
