using System.Numerics;
using SkiaSharp;

namespace Memorization.Images;

/// <summary>A hash of 64 bits that near-identical pictures nearly share: the signs of low frequencies, after Zauner (2010), who calls it pHash.</summary>
/// <remarks>
/// The picture in grey (BT.601) at 32×32; of its discrete cosine transform (type II) the 8×8 lowest frequencies without those that are constant along an axis; a bit is
/// set where one lies above their median. It knows nothing of any encoder, which makes it a second opinion. Thread-safe.
/// </remarks>
internal static class PerceptualHash
{
    private const int Side = 32, Kept = 8;

    // Cosines of the frequencies 1 to 8.
    private static readonly double[,] Basis = MakeBasis();

    /// <summary>The hash of an encoded picture, a square; null if it does not decode.</summary>
    public static ulong? Of(byte[] encoded)
    {
        using var data = SKData.CreateCopy(encoded);
        using var codec = SKCodec.Create(data); // null where SKBitmap would throw
        using var decoded = codec is null ? null : SKBitmap.Decode(codec);
        using var bitmap = decoded?.Copy(SKColorType.Rgba8888);
        return bitmap is null || bitmap.Width < Side || bitmap.Height < Side ? null : Of(Grey(bitmap.GetPixelSpan(), bitmap.Width, bitmap.Height));
    }

    /// <summary>The hash of 32×32 grey values, row by row.</summary>
    public static ulong Of(ReadOnlySpan<double> grey)
    {
        Span<double> columns = stackalloc double[Kept * Side];
        for (var v = 0; v < Kept; v++)
            for (var x = 0; x < Side; x++)
                for (var y = 0; y < Side; y++) columns[v * Side + x] += Basis[v, y] * grey[y * Side + x];
        Span<double> frequencies = stackalloc double[Kept * Kept];
        for (var v = 0; v < Kept; v++)
            for (var u = 0; u < Kept; u++)
                for (var x = 0; x < Side; x++) frequencies[v * Kept + u] += Basis[u, x] * columns[v * Side + x];

        Span<double> sorted = stackalloc double[Kept * Kept];
        frequencies.CopyTo(sorted);
        sorted.Sort();
        var median = (sorted[Kept * Kept / 2 - 1] + sorted[Kept * Kept / 2]) / 2;
        var hash = 0UL;
        for (var i = 0; i < frequencies.Length; i++)
            if (frequencies[i] > median) hash |= 1UL << i;
        return hash;
    }

    /// <summary>Bits in which two hashes differ, 0 to 64; unrelated pictures differ in about 32.</summary>
    public static int Distance(ulong one, ulong other) => BitOperations.PopCount(one ^ other);

    // Each value is the mean of the pixels that it covers.
    private static double[] Grey(ReadOnlySpan<byte> rgba, int width, int height)
    {
        var grey = new double[Side * Side];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var (top, bottom, left, right) = (y * height / Side, (y + 1) * height / Side, x * width / Side, (x + 1) * width / Side);
                var sum = 0L;
                for (var row = top; row < bottom; row++)
                {
                    for (var column = left; column < right; column++)
                    {
                        var pixel = rgba.Slice((row * width + column) * 4, 3);
                        sum += 299 * pixel[0] + 587 * pixel[1] + 114 * pixel[2];
                    }
                }

                grey[y * Side + x] = sum / (1000.0 * (bottom - top) * (right - left));
            }
        }

        return grey;
    }

    private static double[,] MakeBasis()
    {
        var basis = new double[Kept, Side];
        for (var frequency = 0; frequency < Kept; frequency++)
            for (var place = 0; place < Side; place++) basis[frequency, place] = Math.Cos(Math.PI * (2 * place + 1) * (frequency + 1) / (2 * Side));
        return basis;
    }
}
