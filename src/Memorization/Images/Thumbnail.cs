using SkiaSharp;

namespace Memorization.Images;

/// <summary>What CLIP sees, small enough to keep: a JPEG of 112×112 pixels.</summary>
/// <remarks>
/// About 0.18 ms (tests/Memorization.Benchmarks/results/report.md) and 3 KB. WebP would be a third smaller and take as long as decoding does: docs/decisions/0004-thumbnails-and-the-page.md.
/// </remarks>
internal static class Thumbnail
{
    /// <summary>Width and height in pixels: half of CLIP's.</summary>
    public const int Side = 112;

    /// <summary>The encoded format.</summary>
    public const string MediaType = "image/jpeg";

    private const int Quality = 75;
    private static readonly SKImageInfo Info = new(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque);

    /// <summary>Encodes 224×224×3 RGB bytes; equal pixels give equal bytes. Thread-safe.</summary>
    public static unsafe byte[] Encode(ReadOnlySpan<byte> rgb)
    {
        using var pixels = new PixelBuffer(Info.BytesSize);
        Halve(rgb, pixels.Span);
        using var map = new SKPixmap(Info, pixels.Address);
        using var data = map.Encode(SKEncodedImageFormat.Jpeg, Quality) ?? throw new InvalidOperationException("SkiaSharp did not encode a thumbnail");
        return data.ToArray();
    }

    /// <summary>Each pixel is the mean of four.</summary>
    private static void Halve(ReadOnlySpan<byte> rgb, Span<byte> rgba)
    {
        const int row = Side * 2 * 3;
        for (int y = 0, to = 0; y < Side; y++)
        {
            var upper = rgb.Slice(y * 2 * row, row);
            var lower = rgb.Slice(((y * 2) + 1) * row, row);
            for (var x = 0; x < row; x += 6, to += 4)
            {
                for (var c = 0; c < 3; c++) rgba[to + c] = (byte)((upper[x + c] + upper[x + c + 3] + lower[x + c] + lower[x + c + 3] + 2) / 4);
                rgba[to + 3] = byte.MaxValue;
            }
        }
    }
}
