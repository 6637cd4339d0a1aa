using SkiaSharp;

namespace Memorization.Pipelines.Demo;

/// <summary>Pixels in memory: 4 bytes each, RGBA, row-major, opaque.</summary>
internal sealed record Raster(int Width, int Height, byte[] Rgba)
{
    public Raster(int width, int height)
        : this(width, height, new byte[width * height * 4])
    {
        for (var i = 3; i < Rgba.Length; i += 4) Rgba[i] = 255;
    }

    /// <summary>The picture as a file; quality 1–100 counts for JPEG and WebP.</summary>
    public byte[] Encode(SKEncodedImageFormat format, int quality)
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque), Rgba);
        using var pixels = image.PeekPixels();
        // Zlib level 1: PNG would take nine tenths of the demo's encoding time at the default level.
        using var data = (format == SKEncodedImageFormat.Png
            ? pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 1))
            : pixels.Encode(format, quality)) ?? throw new NotSupportedException($"this build of Skia does not write {format}");
        return data.ToArray();
    }
}
