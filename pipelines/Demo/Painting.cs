namespace Memorization.Pipelines.Demo;

/// <summary>Paints pictures with the statistics of real ones: dead leaves, that is shapes of all sizes that hide each other, each octave of size covering about the same area.</summary>
/// <remarks>
/// The dead-leaves model (Lee, Mumford, Huang 2001) gives the 1/f spectrum and the sharp edges of photographs and paintings; single shapes or gradients would be
/// too easy to tell apart. Two pictures with the same layout seed share palette, horizon, light and manner, as two works of one painter do, and nothing else.
/// </remarks>
internal static class Painting
{
    /// <summary>Leaves per octave of size, largest first; radius 0.42 … 0.013 of the shorter side.</summary>
    private static readonly int[] LeavesPerOctave = [7, 20, 60, 150, 300];

    public static Raster Paint(ulong layoutSeed, ulong detailSeed, int width, int height)
    {
        var raster = new Raster(width, height);
        var manner = new Manner(new DemoRandom(layoutSeed));
        manner.Ground(raster);

        var random = new DemoRandom(detailSeed);
        var side = Math.Min(width, height);
        var radius = 0.42f;
        var density = 1f;
        foreach (var leaves in LeavesPerOctave)
        {
            for (var i = 0; i < leaves * density; i++)
                manner.NextLeaf(random, random.Unit() * width, random.Unit() * height, side, radius * random.Between(0.5f, 1)).Draw(raster);
            radius /= 2;
            density *= manner.Detail;
        }

        Grain(raster, random, manner.Grain);
        return raster;
    }

    private static void Grain(Raster raster, DemoRandom random, int amplitude)
    {
        var rgba = raster.Rgba;
        for (var i = 0; i < rgba.Length; i += 32)
        {
            // One draw serves eight pixels: eight of its bits each.
            var bits = random.Next();
            for (var p = i; p < Math.Min(i + 32, rgba.Length); p += 4, bits >>= 8)
            {
                var grain = (((int)(bits & 255) - 128) * amplitude) >> 7;
                for (var c = p; c < p + 3; c++) rgba[c] = (byte)Math.Clamp(rgba[c] + grain, 0, 255);
            }
        }
    }
}
