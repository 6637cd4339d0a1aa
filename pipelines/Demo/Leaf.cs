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

    private static byte Blend(byte below, float above, float opacity) => (byte)Math.Clamp(below + ((above - below) * opacity) + 0.5f, 0, 255);
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
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var u = (((x - X) * AxisX) + ((y - Y) * AxisY)) / RadiusU;
                var v = (((y - Y) * AxisX) - ((x - X) * AxisY)) / RadiusV;
                var cover = (1 - Distance(u, v)) * steep;
                if (cover <= 0) continue;

                var stripe = Stripes * (Hash((int)((v + 2) * bristles)) - 0.5f);
                var paint = Paint.Scaled(1 + (Slope * u));
                new Colour(paint.R + stripe, paint.G + stripe, paint.B + stripe)
                    .Write(raster.Rgba, ((y * raster.Width) + x) * 4, MathF.Min(1, cover) * Opacity);
            }
        }
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
