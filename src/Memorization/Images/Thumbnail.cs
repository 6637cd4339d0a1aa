using SkiaSharp;

namespace Memorization.Images;

/// <summary>What CLIP sees, small enough to keep: a JPEG of 112×112 pixels.</summary>
/// <remarks>
/// About 0.23 ms (tests/Memorization.Benchmarks/results/report.md) and 3 KB. WebP would be a third smaller and take as long as decoding does: docs/decisions/0004-thumbnails-and-the-page.md.
/// </remarks>
internal static class Thumbnail
{
    /// <summary>Width and height in pixels: half of most CLIPs'.</summary>
    public const int Side = 112;

    /// <summary>The encoded format.</summary>
    public const string MediaType = "image/jpeg";

    private const int Quality = 75;
    private static readonly SKImageInfo Info = new(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque);

    /// <summary>Encodes a square of RGB bytes; equal pixels give equal bytes. Thread-safe.</summary>
    public static unsafe byte[] Encode(ReadOnlySpan<byte> rgb)
    {
        using var pixels = new PixelBuffer(Info.BytesSize);
        Shrink(rgb, pixels.Span);
        using var map = new SKPixmap(Info, pixels.Address);
        using var data = map.Encode(SKEncodedImageFormat.Jpeg, Quality) ?? throw new InvalidOperationException("SkiaSharp did not encode a thumbnail");
        return data.ToArray();
    }

    // Each pixel is the mean of those that it covers: four of CLIP's 224×224, nine of 336×336.
    private static void Shrink(ReadOnlySpan<byte> rgb, Span<byte> rgba)
    {
        var side = (int)Math.Sqrt(rgb.Length / 3);
        for (int y = 0, to = 0; y < Side; y++)
        {
            var (top, bottom) = Covered(y);
            for (var x = 0; x < Side; x++, to += 4)
            {
                var (left, right) = Covered(x);
                var (red, green, blue, count) = (0, 0, 0, (bottom - top) * (right - left));
                for (var row = top; row < bottom; row++)
                {
                    var pixels = rgb.Slice((row * side + left) * 3, (right - left) * 3);
                    for (var i = 0; i < pixels.Length; i += 3)
                    {
                        red += pixels[i];
                        green += pixels[i + 1];
                        blue += pixels[i + 2];
                    }
                }

                rgba[to] = (byte)((red + count / 2) / count);
                rgba[to + 1] = (byte)((green + count / 2) / count);
                rgba[to + 2] = (byte)((blue + count / 2) / count);
                rgba[to + 3] = byte.MaxValue;
            }
        }

        (int First, int End) Covered(int place)
        {
            var first = place * side / Side;
            return (first, Math.Max((place + 1) * side / Side, first + 1));
        }
    }
}
