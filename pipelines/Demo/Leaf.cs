namespace Memorization.Pipelines.Demo;

/// <summary>A colour in grey levels, 0–255 a channel before it is written.</summary>
internal readonly record struct Colour(float R, float G, float B)
{
    public static Colour Mix(Colour a, Colour b, float t) => new(a.R + ((b.R - a.R) * t), a.G + ((b.G - a.G) * t), a.B + ((b.B - a.B) * t));

    public Colour Scaled(float factor) => new(R * factor, G * factor, B * factor);

    /// <summary>Lays the colour over a pixel.</summary>
    public void Write(byte[] rgba, int at, float opacity)
    {
        rgba[at] = Blend(rgba[at], R, opacity);
        rgba[at + 1] = Blend(rgba[at + 1], G, opacity);
        rgba[at + 2] = Blend(rgba[at + 2], B, opacity);
    }

    private static byte Blend(byte below, float above, float opacity) =>
        (byte)(int)MathF.Min(MathF.Max(below + ((above - below) * opacity) + 0.5f, 0), 255);
}

internal enum LeafShape
{
    Ellipse,
    Box,
    Diamond,
    HalfMoon,
}

/// <summary>One shape: a place, an axis, two radii in pixels, and its paint.</summary>
/// <remarks>
/// Slope is how much the paint lightens along the axis; Stripes is the amplitude in grey levels of the bristle marks along the axis, Bristle their
/// width in pixels; Edge is the border's steepness per pixel (1 is one pixel of antialiasing).
/// </remarks>
internal readonly record struct Leaf(
    float X, float Y, float AxisX, float AxisY, float RadiusU, float RadiusV, LeafShape Shape,
    Colour Paint, float Slope, float Stripes, float Bristle, float Edge, float Opacity, uint Seed)
{
    public void Draw(Raster raster)
    {
        var reachX = (MathF.Abs(AxisX) * RadiusU) + (MathF.Abs(AxisY) * RadiusV);
        var reachY = (MathF.Abs(AxisY) * RadiusU) + (MathF.Abs(AxisX) * RadiusV);
        var (left, right) = (Math.Max(0, (int)(X - reachX)), Math.Min(raster.Width - 1, (int)(X + reachX) + 1));
        var (top, bottom) = (Math.Max(0, (int)(Y - reachY)), Math.Min(raster.Height - 1, (int)(Y + reachY) + 1));
        var steep = Edge * MathF.Min(RadiusU, RadiusV);
        var bristles = RadiusV / Bristle;
        var (stepU, stepV) = (AxisX / RadiusU, -AxisY / RadiusV);
        for (var y = top; y <= bottom; y++)
        {
            // (u, v) are the pixel's place in the leaf's own square; every shape lies within −1 … 1.
            var startU = (((y - Y) * AxisY) - (X * AxisX)) / RadiusU;
            var startV = (((y - Y) * AxisX) + (X * AxisY)) / RadiusV;
            var (first, last) = Inside(startU, stepU, left, right);
            (first, last) = Inside(startV, stepV, first, last);
            for (var x = first; x <= last; x++)
            {
                var (u, v) = (startU + (x * stepU), startV + (x * stepV));
                var cover = (1 - Distance(u, v)) * steep;
                if (cover <= 0) continue;

                var stripe = Stripes * (Hash((int)((v + 2) * bristles)) - 0.5f);
                var light = 1 + (Slope * u);
                new Colour((Paint.R * light) + stripe, (Paint.G * light) + stripe, (Paint.B * light) + stripe)
                    .Write(raster.Rgba, ((y * raster.Width) + x) * 4, MathF.Min(1, cover) * Opacity);
            }
        }
    }

    /// <summary>The x from <paramref name="first"/> to <paramref name="last"/> for which start + x·step lies within −1 … 1.</summary>
    private static (int First, int Last) Inside(float start, float step, int first, int last)
    {
        if (MathF.Abs(step) < 1e-6f) return MathF.Abs(start) <= 1 ? (first, last) : (0, -1);
        var (a, b) = ((-1 - start) / step, (1 - start) / step);
        if (a > b) (a, b) = (b, a);
        return (a > first ? (int)MathF.Min(MathF.Ceiling(a), last + 1) : first, b < last ? (int)MathF.Max(MathF.Floor(b), first - 1) : last);
    }

    /// <summary>1 on the border, less inside.</summary>
    private float Distance(float u, float v) => Shape switch
    {
        LeafShape.Ellipse => MathF.Sqrt((u * u) + (v * v)),
        LeafShape.Box => MathF.Max(MathF.Abs(u), MathF.Abs(v)),
        LeafShape.Diamond => MathF.Abs(u) + MathF.Abs(v),
        _ => u < -0.2f ? 1 : MathF.Sqrt((u * u) + (v * v)),
    };

    private float Hash(int stripe) => (((((uint)stripe * 0x9E3779B1U) ^ Seed) * 0x85EBCA6BU) >> 16) * (1f / 65536);
}
