namespace Memorization.Pipelines.Demo;

/// <summary>What happened to a copy on its way through the web.</summary>
internal enum Treatment
{
    /// <summary>Nothing: the same bytes at another URL.</summary>
    ExactCopy,
    /// <summary>Saved again as JPEG (quality 40–95), WebP or PNG.</summary>
    Reencoded,
    /// <summary>A quarter of the width and of the height.</summary>
    Quarter,
    /// <summary>Up to 10 % cut off each side.</summary>
    Cropped,
    /// <summary>Brightness, contrast, saturation and hue moved.</summary>
    ColourShifted,
    /// <summary>Bars along one pair of edges, up to 12 % of the picture.</summary>
    Barred,
    /// <summary>A block of up to 25 % of the width.</summary>
    Blocked,
}

/// <summary>The operations of <see cref="Treatment"/> on pixels; each returns a new picture.</summary>
internal static class Treatments
{
    public static Raster Apply(this Treatment treatment, Raster picture, DemoRandom random) => treatment switch
    {
        Treatment.Quarter => Shrink(picture, 4),
        Treatment.Cropped => Crop(picture, random.Between(0, 0.1f), random.Between(0, 0.1f), random.Between(0, 0.1f), random.Between(0, 0.1f)),
        Treatment.ColourShifted => ShiftColour(
            picture, random.Between(-30, 30), random.Between(0.8f, 1.25f), random.Between(0.6f, 1.4f), random.Between(-0.25f, 0.25f)),
        Treatment.Barred => Bars(picture, random),
        Treatment.Blocked => Block(picture, random),
        _ => picture,
    };

    /// <summary>Area average over <paramref name="factor"/>² pixels; what is left over at the right and the bottom is cut.</summary>
    public static Raster Shrink(Raster picture, int factor)
    {
        var small = new Raster(picture.Width / factor, picture.Height / factor);
        for (var y = 0; y < small.Height; y++)
        {
            for (var x = 0; x < small.Width; x++)
            {
                for (var c = 0; c < 3; c++)
                {
                    var sum = factor * factor / 2;
                    for (var dy = 0; dy < factor; dy++)
                    {
                        for (var dx = 0; dx < factor; dx++)
                            sum += picture.Rgba[((((y * factor) + dy) * picture.Width) + (x * factor) + dx) * 4 + c];
                    }

                    small.Rgba[(((y * small.Width) + x) * 4) + c] = (byte)(sum / (factor * factor));
                }
            }
        }

        return small;
    }

    /// <summary>Cuts the given shares of width and height.</summary>
    public static Raster Crop(Raster picture, float left, float top, float right, float bottom)
    {
        var (x, y) = ((int)(left * picture.Width), (int)(top * picture.Height));
        var cut = new Raster(picture.Width - x - (int)(right * picture.Width), picture.Height - y - (int)(bottom * picture.Height));
        for (var row = 0; row < cut.Height; row++)
            picture.Rgba.AsSpan((((row + y) * picture.Width) + x) * 4, cut.Width * 4).CopyTo(cut.Rgba.AsSpan(row * cut.Width * 4));
        return cut;
    }

    /// <summary>Contrast about mid-grey and brightness in grey levels, then saturation, then a turn of the two colour differences by <paramref name="hue"/> (radians, small).</summary>
    public static Raster ShiftColour(Raster picture, float brightness, float contrast, float saturation, float hue)
    {
        var shifted = new Raster(picture.Width, picture.Height);
        // The rational rotation by 2·atan(hue / 2): exact operations only.
        var half = hue / 2;
        var (cos, sin) = ((1 - (half * half)) / (1 + (half * half)) * saturation, 2 * half / (1 + (half * half)) * saturation);
        for (var i = 0; i < picture.Rgba.Length; i += 4)
        {
            var (r, g, b) = (picture.Rgba[i], picture.Rgba[i + 1], picture.Rgba[i + 2]);
            var luma = (0.299f * r) + (0.587f * g) + (0.114f * b);
            var (blue, red) = ((b - luma) * 0.564f, (r - luma) * 0.713f);
            (blue, red) = ((blue * cos) - (red * sin), (blue * sin) + (red * cos));
            luma = ((luma - 128) * contrast) + 128 + brightness;
            new Colour(luma + (1.402f * red), luma - (0.344f * blue) - (0.714f * red), luma + (1.773f * blue)).Write(shifted.Rgba, i, 1);
        }

        return shifted;
    }

    private static Raster Bars(Raster picture, DemoRandom random)
    {
        var share = random.Between(0.02f, 0.12f);
        // Where the bars lie: half of the share on both sides, or all of it on one.
        var first = random.Below(3) switch { 0 => share, 1 => share / 2, _ => 0 };
        var second = share - first;
        var colour = Plain(random);
        var barred = picture with { Rgba = [.. picture.Rgba] };
        var upright = random.Chance(0.3f);
        var length = upright ? picture.Width : picture.Height;
        var (a, b) = ((int)(first * length), (int)(second * length));
        if (upright)
        {
            Fill(barred, 0, 0, a, picture.Height, colour);
            Fill(barred, length - b, 0, b, picture.Height, colour);
        }
        else
        {
            Fill(barred, 0, 0, picture.Width, a, colour);
            Fill(barred, 0, length - b, picture.Width, b, colour);
        }

        return barred;
    }

    private static Raster Block(Raster picture, DemoRandom random)
    {
        var width = (int)(random.Between(0.08f, 0.25f) * picture.Width);
        var height = Math.Min((int)(width * random.Between(0.3f, 1)), picture.Height / 4);
        var blocked = picture with { Rgba = [.. picture.Rgba] };
        Fill(blocked, random.Below(picture.Width - width), random.Below(picture.Height - height), width, height, Plain(random));
        return blocked;
    }

    private static Colour Plain(DemoRandom random) => random.Below(4) switch
    {
        0 => new(0, 0, 0),
        1 => new(255, 255, 255),
        _ => new(random.Between(0, 255), random.Between(0, 255), random.Between(0, 255)),
    };

    private static void Fill(Raster picture, int left, int top, int width, int height, Colour colour)
    {
        for (var y = top; y < top + height; y++)
        {
            for (var x = left; x < left + width; x++) colour.Write(picture.Rgba, ((y * picture.Width) + x) * 4, 1);
        }
    }
}
