using Memorization.Inference;

namespace Memorization.Embedding;

/// <summary>The pixels that one run of the model reads and the numbers that it gives, in memory of one device's session that is used again and again.</summary>
/// <remarks>Places beyond those that were put keep older pixels; nobody reads what the model makes of them. Not thread-safe.</remarks>
public sealed class EncoderBatch : IDisposable
{
    private readonly OnnxTensor _input;
    private readonly OnnxTensor _output;
    private readonly int _imageBytes;
    private readonly int _dimension;
    private readonly PixelNormalizer? _normalizer;
    private readonly Action<OnnxTensor, OnnxTensor> _run;

    /// <param name="input">What the model reads: (size, side, side, 3) uint8, or (size, 3, side, side) float32 if they are normalised outside.</param>
    /// <param name="output">What the model gives: size × dimension float32.</param>
    /// <param name="size">Places for images.</param>
    /// <param name="imageBytes">Side·side·3.</param>
    /// <param name="dimension">Numbers per embedding.</param>
    /// <param name="normalizer">Null if the graph normalises.</param>
    /// <param name="run">Runs the model over the two.</param>
    internal EncoderBatch(OnnxTensor input, OnnxTensor output, int size, int imageBytes, int dimension, PixelNormalizer? normalizer, Action<OnnxTensor, OnnxTensor> run)
    {
        (_input, _output, _imageBytes, _dimension, _normalizer, _run) = (input, output, imageBytes, dimension, normalizer, run);
        Size = size;
    }

    /// <summary>Places for images.</summary>
    public int Size { get; }

    /// <summary>Copies an image to its place.</summary>
    /// <exception cref="ArgumentException">Not side·side·3 bytes.</exception>
    public void Put(int place, ReadOnlySpan<byte> rgb)
    {
        if (rgb.Length != _imageBytes) throw new ArgumentException($"{rgb.Length} bytes instead of {_imageBytes}", nameof(rgb));
        var start = place * _imageBytes;
        if (_normalizer is null) rgb.CopyTo(_input.Elements<byte>()[start..]);
        else _normalizer.Normalize(rgb, _input.Elements<float>().Slice(start, _imageBytes));
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
