using Memorization.Tests.Images;
using SkiaSharp;

namespace Memorization.Tests.Objects;

/// <summary>Made pictures: a seeded scene of waves and blocks, with or without a painted flag somewhere in it.</summary>
internal static class FlagPictures
{
    /// <summary>A PNG.</summary>
    /// <param name="seed">Another seed, another scene and another place of the flag.</param>
    /// <param name="flag">Whether the flag is painted, half as wide as the picture is high.</param>
    /// <param name="anywhere">Whether it may be anywhere and of other sizes, instead of in the upper left corner.</param>
    public static byte[] Png(int seed, bool flag, bool anywhere = false, int width = 160, int height = 120)
    {
        var random = new Random(seed);
        var rgba = Scene(random, width, height);
        if (flag)
        {
            var side = (int)(Math.Min(width, height) * (anywhere ? 0.35 + 0.3 * random.NextDouble() : 0.5));
            Paint(rgba, width, anywhere ? random.Next(width - side) : 0, anywhere ? random.Next(height - side * 10 / 19) : 0, side);
        }

        return Encoded.ByEncoder(SKEncodedImageFormat.Png, width, height, rgba);
    }

    /// <summary>A crop of the flag alone, of 190×100 pixels.</summary>
    public static byte[] Crop()
    {
        var rgba = new byte[190 * 100 * 4];
        Paint(rgba, 190, 0, 0, 190);
        return Encoded.ByEncoder(SKEncodedImageFormat.Png, 190, 100, rgba);
    }

    private static byte[] Scene(Random random, int width, int height)
    {
        var rgba = new byte[width * height * 4];
        var waves = Enumerable.Range(0, 9).Select(_ => random.NextDouble() * 0.16).ToArray();
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                    rgba[(y * width + x) * 4 + channel] = (byte)(128 + 90 * Math.Sin(waves[channel] * x + waves[3 + channel] * y + 60 * waves[6 + channel]));
                rgba[(y * width + x) * 4 + 3] = 255;
            }
        }

        for (var block = 0; block < 6; block++)
        {
            var (left, top, across, down) = (random.Next(width - 20), random.Next(height - 20), random.Next(10, 45), random.Next(10, 45));
            var color = new[] { (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256) };
            for (var y = top; y < Math.Min(height, top + down); y++)
                for (var x = left; x < Math.Min(width, left + across); x++) color.CopyTo(rgba, (y * width + x) * 4);
        }

        return rgba;
    }

    // Thirteen stripes, and a blue canton with a grid of light dots.
    private static void Paint(byte[] rgba, int width, int left, int top, int flagWidth)
    {
        var flagHeight = flagWidth * 10 / 19;
        for (var y = 0; y < flagHeight; y++)
        {
            for (var x = 0; x < flagWidth; x++)
            {
                var (u, v) = ((double)x / flagWidth, (double)y / flagHeight);
                byte[] color = u < 0.4 && v < 7 / 13.0
                    ? (int)(u * 27) % 2 == 1 && (int)(v * 17) % 2 == 1 ? [235, 235, 240] : [40, 50, 110]
                    : (int)(v * 13) % 2 == 0 ? [180, 30, 45] : [240, 240, 240];
                var at = ((top + y) * width + left + x) * 4;
                color.CopyTo(rgba, at);
                rgba[at + 3] = 255;
            }
        }
    }
}
