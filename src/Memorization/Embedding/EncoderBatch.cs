using Memorization.Inference;

namespace Memorization.Embedding;

/// <summary>The pixels that one run of the model reads and the numbers that it gives, in memory that is used again and again.</summary>
/// <remarks>Places beyond those that were put keep older pixels; nobody reads what the model makes of them. Not thread-safe.</remarks>
internal sealed class EncoderBatch(OnnxTensor input, OnnxTensor output, int size, int dimension, PixelNormalizer? normalizer) : IDisposable
{
    /// <summary>What the model reads: (size, 224, 224, 3) uint8, or (size, 3, 224, 224) float32 if they are normalised outside.</summary>
    public OnnxTensor Input => input;

    /// <summary>What the model gives: size × dimension float32.</summary>
    public OnnxTensor Output => output;

    /// <summary>Places for images.</summary>
    public int Size => size;

    /// <summary>Copies an image to its place.</summary>
    /// <exception cref="ArgumentException">Not 224×224×3 bytes.</exception>
    public void Put(int place, ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != ImageEncoder.PixelBytes) throw new ArgumentException($"{rgb.Length} bytes instead of {ImageEncoder.PixelBytes}", nameof(rgb));
        var start = place * ImageEncoder.PixelBytes;
        if (normalizer is null) rgb.CopyTo(input.Elements<byte>()[start..]);
        else normalizer.Normalize(rgb, input.Elements<float>().Slice(start, ImageEncoder.PixelBytes));
    }

    /// <summary>What the model gave for the image at a place.</summary>
    public Span<float> Embedding(int place) => output.Elements<float>().Slice(place * dimension, dimension);

    /// <inheritdoc/>
    public void Dispose()
    {
        input.Dispose();
        output.Dispose();
    }
}
