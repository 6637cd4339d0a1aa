using System.IO.Compression;
using System.Reflection;
using SkiaSharp;

namespace Memorization.Report.Charts;

/// <summary>The font that draws a chart's text as pixels: it comes with this assembly, since SkiaSharp finds none of the system (DejaVuSans.NOTICE.md).</summary>
/// <remarks>It has Latin, Greek, Cyrillic, Hebrew, Arabic and more, and no Chinese, Japanese or Korean: those are boxes in a PNG, and text in an SVG.</remarks>
internal static class ChartFont
{
    /// <summary>Its family's name.</summary>
    public const string Name = "DejaVu Sans";

    private static readonly Lazy<SKTypeface> Loaded = new(Load);

    /// <summary>The font. Thread-safe.</summary>
    public static SKTypeface Typeface => Loaded.Value;

    private static SKTypeface Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("DejaVuSans.ttf.gz")!;
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionMode.Decompress)) gzip.CopyTo(unpacked);
        using var data = SKData.CreateCopy(unpacked.ToArray());
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException("SkiaSharp did not read the font that comes with it");
    }
}
