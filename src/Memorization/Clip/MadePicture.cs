using Memorization.Images;

namespace Memorization.Clip;

/// <summary>Pictures that differ, for trying a model: waves of several frequencies and directions, and noise.</summary>
public static class MadePicture
{
    /// <summary>Side×side×3 bytes, RGB, row-major; the same seed gives the same bytes.</summary>
    public static byte[] Rgb(int seed, int side = ClipPixels.Side)
    {
        var random = new Random(seed);
        var waves = Enumerable.Range(0, 9).Select(_ => random.NextDouble() * 0.2).ToArray();
        var rgb = new byte[side * side * 3];
        for (var i = 0; i < rgb.Length; i++)
        {
            var (x, y, channel) = (i / 3 % side, i / 3 / side, i % 3);
            rgb[i] = (byte)(128 + 100 * Math.Sin(waves[channel] * x + waves[3 + channel] * y + 30 * waves[6 + channel]) + random.Next(20));
        }

        return rgb;
    }
}
