namespace Memorization.Embedding;

/// <summary>Turns interleaved bytes into the planes that an encoder with float input reads: (value / 255 − mean) / std.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PixelNormalizer
{
    // A channel has 256 values only: each is computed once, in float64, and rounded once. Looking them up needs no arithmetic that
    // could differ between processors.
    private readonly float[][] _tables = new float[3][];

    /// <exception cref="InvalidDataException">Not three numbers each, or a standard deviation that is not positive.</exception>
    public PixelNormalizer(IReadOnlyList<double> mean, IReadOnlyList<double> std)
    {
        if (mean.Count != 3 || std.Count != 3 || !mean.All(double.IsFinite) || !std.All(s => double.IsFinite(s) && s > 0))
            throw new InvalidDataException($"model.mean [{string.Join(", ", mean)}] and model.std [{string.Join(", ", std)}] must be three numbers each, std above 0");
        for (var channel = 0; channel < 3; channel++)
        {
            var table = _tables[channel] = new float[256];
            for (var value = 0; value < 256; value++) table[value] = (float)((value / 255.0 - mean[channel]) / std[channel]);
        }
    }

    /// <param name="rgb">Pixels×3 bytes, red first.</param>
    /// <param name="planes">3×pixels: all of red, all of green, all of blue.</param>
    public void Normalize(ReadOnlySpan<byte> rgb, Span<float> planes)
    {
        var pixels = rgb.Length / 3;
        Span<float> red = planes[..pixels], green = planes.Slice(pixels, pixels), blue = planes.Slice(2 * pixels, pixels);
        ReadOnlySpan<float> reds = _tables[0], greens = _tables[1], blues = _tables[2];
        for (var i = 0; i < red.Length; i++)
        {
            red[i] = reds[rgb[3 * i]];
            green[i] = greens[rgb[3 * i + 1]];
            blue[i] = blues[rgb[3 * i + 2]];
        }
    }
}
