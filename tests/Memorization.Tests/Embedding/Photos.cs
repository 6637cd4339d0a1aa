using Memorization.Captions;
using Memorization.Fetch;
using Memorization.Images;
using Memorization.Rows;
using SkiaSharp;

namespace Memorization.Tests.Embedding;

/// <summary>Pixels for encoders: real photographs beside the checkout, and made ones.</summary>
internal static class Photos
{
    public const int PixelBytes = 224 * 224 * 3;

    /// <summary>Photographs of different things.</summary>
    public static string[] Files(int count) =>
        [.. Directory.GetFiles(SharedFolder.Path("corpora", "images", "flickr8k"), "*.jpg").Order(StringComparer.Ordinal).Take(count)];

    /// <summary>The whole photograph as 224×224 pixels, by way of a copy whose longer side is <paramref name="copySide"/>.</summary>
    public static byte[] Read(string path, int copySide = 0)
    {
        using var original = SKBitmap.Decode(path);
        if (copySide == 0) return Resized(original);
        var ratio = copySide / (double)Math.Max(original.Width, original.Height);
        using var copy = original.Resize(new SKSizeI((int)(original.Width * ratio), (int)(original.Height * ratio)), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return Resized(copy);
    }

    /// <summary>Seeded noise with a little structure; every seed is another image.</summary>
    public static byte[] Made(int seed)
    {
        var random = new Random(seed);
        var rgb = new byte[PixelBytes];
        for (var block = 0; block < rgb.Length; block += 28 * 3) rgb.AsSpan(block, 28 * 3).Fill((byte)random.Next(256));
        return rgb;
    }

    /// <summary>A row that has come as far as its pixels.</summary>
    public static DecodedImage Row(byte[] rgb)
    {
        var row = new LaionRow { Key = 1, Unit = default, RowInGroup = 0, Url = "http://example.org/a.jpg", Caption = "a" };
        var record = new FetchRecord(200, 1, DateTimeOffset.UnixEpoch, TimeSpan.Zero);
        var fetched = new FetchedImage(new SelectedRow(row, new Uri("http://example.org/a.jpg"), 3), default, "", null, record);
        return new DecodedImage(fetched, new ClipPixels(rgb, 224, 224, "png"));
    }

    public static double Cosine(IReadOnlyList<Half> a, IReadOnlyList<Half> b) => a.Zip(b, (x, y) => (double)x * (double)y).Sum();

    private static byte[] Resized(SKBitmap bitmap)
    {
        using var small = bitmap.Resize(new SKImageInfo(224, 224, SKColorType.Rgba8888, SKAlphaType.Opaque), new SKSamplingOptions(SKCubicResampler.CatmullRom));
        var rgba = small.GetPixelSpan();
        var rgb = new byte[PixelBytes];
        for (var i = 0; i < 224 * 224; i++) rgba.Slice(4 * i, 3).CopyTo(rgb.AsSpan(3 * i));
        return rgb;
    }
}
