using SkiaSharp;

namespace Memorization.Pipelines.Demo;

/// <summary>A picture as a recipe: equal recipes give the same bytes.</summary>
/// <param name="Layout">Seed of what pictures of one series share; <see cref="Painting"/>.</param>
/// <param name="Detail">Seed of the rest.</param>
/// <param name="Width">Width before the treatment, in pixels.</param>
/// <param name="Height">Height before the treatment, in pixels.</param>
/// <param name="Treatment">What was done to it.</param>
/// <param name="Variation">Seed of the treatment's amounts; 0 for an exact copy.</param>
internal readonly record struct DemoPicture(ulong Layout, ulong Detail, int Width, int Height, Treatment Treatment = Treatment.ExactCopy, ulong Variation = 0)
{
    /// <summary>What it is turning into.</summary>
    public Morph Morph { get; init; }

    /// <summary>Seed of where a flag lies in it, and how; 0 for no flag.</summary>
    public ulong Flag { get; init; }

    /// <summary>The untreated picture.</summary>
    public DemoPicture Untreated() => this with { Treatment = Treatment.ExactCopy, Variation = 0 };
}

/// <summary>Renders <see cref="DemoPicture"/>s; thread-safe. Originals named by the caller are painted once and kept.</summary>
internal sealed class DemoPictures(IEnumerable<DemoPicture> originals)
{
    private const int OriginalQuality = 90;

    private readonly Dictionary<DemoPicture, Lazy<(Raster Pixels, byte[] File)>> _kept = originals.Distinct().ToDictionary(
        original => original,
        original => new Lazy<(Raster, byte[])>(() => Original(original)));

    /// <summary>The picture's file: JPEG, WebP or PNG.</summary>
    public byte[] Render(DemoPicture picture)
    {
        var (pixels, file) = _kept.TryGetValue(picture.Untreated(), out var kept) ? kept.Value : Original(picture.Untreated());
        if (picture.Treatment == Treatment.ExactCopy) return file;
        var random = new DemoRandom(picture.Variation);
        var treated = picture.Treatment.Apply(pixels, random);
        return picture.Treatment == Treatment.Reencoded
            ? Encode(treated, random, 40)
            : Encode(treated, random, 70);
    }

    private static (Raster Pixels, byte[] File) Original(DemoPicture picture)
    {
        var pixels = Painting.Paint(picture.Layout, picture.Detail, picture.Width, picture.Height);
        if (picture.Morph is { Step: > 0 } morph) pixels = morph.Between(pixels, Painting.Paint(morph.Layout, morph.Detail, picture.Width, picture.Height));
        if (picture.Flag != 0) Flag.In(pixels, new DemoRandom(picture.Flag)).Draw(pixels);
        return (pixels, pixels.Encode(SKEncodedImageFormat.Jpeg, OriginalQuality));
    }

    private static byte[] Encode(Raster picture, DemoRandom random, int leastQuality)
    {
        var format = random.Below(10) switch { < 7 => SKEncodedImageFormat.Jpeg, < 9 => SKEncodedImageFormat.Webp, _ => SKEncodedImageFormat.Png };
        var quality = leastQuality + random.Below(95 - leastQuality);
        return picture.Encode(format, quality < OriginalQuality ? quality : quality + 1); // never the original's: that would be an exact copy
    }
}
