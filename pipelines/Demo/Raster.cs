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
    public unsafe byte[] Encode(SKEncodedImageFormat format, int quality)
    {
        var info = new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        fixed (byte* pixels = Rgba)
        {
            using var map = new SKPixmap(info, (nint)pixels);
            using var data = format == SKEncodedImageFormat.Png
                ? map.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 1))
                : map.Encode(format, quality);
            return data.ToArray();
        }
    }
}
