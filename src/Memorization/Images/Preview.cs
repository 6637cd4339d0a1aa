using System.Runtime.InteropServices;
using SkiaSharp;

namespace Memorization.Images;

/// <summary>A whole picture, small enough for a page: a JPEG in the picture's own shape.</summary>
internal static class Preview
{
    /// <summary>The encoded format.</summary>
    public const string MediaType = "image/jpeg";

    private const int Quality = 80;

    /// <summary>Encodes a picture that was resized to a square whatever its shape.</summary>
    /// <param name="square">The square, side×side×3, row-major RGB.</param>
    /// <param name="width">The picture's own width in pixels.</param>
    /// <param name="height">The picture's own height in pixels.</param>
    /// <param name="longest">Pixels of the longer side, at most; a smaller picture keeps its size.</param>
    /// <returns>The JPEG, and its size in pixels.</returns>
    public static unsafe (byte[] Bytes, int Width, int Height) Encode(byte[] square, int width, int height, int longest)
    {
        var side = (int)Math.Sqrt(square.Length / 3);
        var scale = Math.Min(1.0, (double)longest / Math.Max(width, height));
        var shown = new SKImageInfo(Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)), SKColorType.Rgba8888, SKAlphaType.Opaque);
        var info = new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using PixelBuffer source = new(info.BytesSize), target = new(shown.BytesSize);
        var pixels = MemoryMarshal.Cast<byte, int>(source.Span);
        for (var i = 0; i < pixels.Length; i++) pixels[i] = square[3 * i] | (square[(3 * i) + 1] << 8) | (square[(3 * i) + 2] << 16) | (byte.MaxValue << 24);
        using SKPixmap from = new(info, source.Address), to = new(shown, target.Address);
        if (!from.ScalePixels(to, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear))) throw new InvalidOperationException("SkiaSharp did not resize a picture");
        using var data = to.Encode(SKEncodedImageFormat.Jpeg, Quality) ?? throw new InvalidOperationException("SkiaSharp did not encode a picture");
        return (data.ToArray(), shown.Width, shown.Height);
    }
}
