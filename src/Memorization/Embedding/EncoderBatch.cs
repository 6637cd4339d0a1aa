using Memorization.Inference;

namespace Memorization.Embedding;

/// <summary>The pixels that one run of the model reads and the numbers that it gives, in memory of one device's session that is used again and again.</summary>
/// <remarks>Places beyond those that were put keep older pixels; nobody reads what the model makes of them. Not thread-safe.</remarks>
public sealed class EncoderBatch : IDisposable
{
    private readonly OnnxTensor _input;
    private readonly OnnxTensor _output;
    private readonly int _dimension;
    private readonly PixelNormalizer? _normalizer;
    private readonly Action<OnnxTensor, OnnxTensor> _run;

    /// <param name="input">What the model reads: (size, 224, 224, 3) uint8, or (size, 3, 224, 224) float32 if they are normalised outside.</param>
    /// <param name="output">What the model gives: size × dimension float32.</param>
    /// <param name="size">Places for images.</param>
    /// <param name="dimension">Numbers per embedding.</param>
    /// <param name="normalizer">Null if the graph normalises.</param>
    /// <param name="run">Runs the model over the two.</param>
    internal EncoderBatch(OnnxTensor input, OnnxTensor output, int size, int dimension, PixelNormalizer? normalizer, Action<OnnxTensor, OnnxTensor> run)
    {
        (_input, _output, _dimension, _normalizer, _run) = (input, output, dimension, normalizer, run);
        Size = size;
    }

    /// <summary>Places for images.</summary>
    public int Size { get; }

    /// <summary>Copies an image to its place.</summary>
    /// <exception cref="ArgumentException">Not 224×224×3 bytes.</exception>
    public void Put(int place, ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != ImageEncoder.PixelBytes) throw new ArgumentException($"{rgb.Length} bytes instead of {ImageEncoder.PixelBytes}", nameof(rgb));
        var start = place * ImageEncoder.PixelBytes;
        if (_normalizer is null) rgb.CopyTo(_input.Elements<byte>()[start..]);
        else _normalizer.Normalize(rgb, _input.Elements<float>().Slice(start, ImageEncoder.PixelBytes));
    }

    /// <summary>Embeds every place.</summary>
    public void Run() => _run(_input, _output);

    /// <summary>What the model gave for the image at a place.</summary>
    public Span<float> Embedding(int place) => _output.Elements<float>().Slice(place * _dimension, _dimension);

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
    }
}
