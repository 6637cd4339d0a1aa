using Memorization.Images;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Images;

public sealed class ThumbnailTests
{
    private const int ClipSide = 224;

    [Fact]
    public void A_thumbnail_is_a_JPEG_of_half_the_side_that_looks_like_the_pixels()
    {
        var rgb = Gradient();

        var thumbnail = Thumbnail.Encode(rgb);

        using var decoded = SKBitmap.Decode(thumbnail);
        (decoded.Width, decoded.Height).ShouldBe((112, 112));
        thumbnail.Length.ShouldBeInRange(500, 4000);
        for (var y = 0; y < 112; y += 7)
        {
            for (var x = 0; x < 112; x += 7)
            {
                var pixel = decoded.GetPixel(x, y);
                var at = ((y * 2 * ClipSide) + (x * 2)) * 3;
                ((int)pixel.Red).ShouldBeInRange(rgb[at] - 12, rgb[at] + 12);
                ((int)pixel.Green).ShouldBeInRange(rgb[at + 1] - 12, rgb[at + 1] + 12);
                ((int)pixel.Blue).ShouldBeInRange(rgb[at + 2] - 12, rgb[at + 2] + 12);
            }
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(336)]
    [InlineData(378)]
    public void Pixels_of_any_side_give_a_thumbnail_of_the_same_side_and_colour(int side)
    {
        var rgb = new byte[side * side * 3];
        for (var i = 0; i < rgb.Length; i++) rgb[i] = (byte)(60 + 60 * (i % 3));
        using var decoded = SKBitmap.Decode(Thumbnail.Encode(rgb));
        (decoded.Width, decoded.Height).ShouldBe((112, 112));
        var pixel = decoded.GetPixel(111, 111);
        ((int)pixel.Red).ShouldBeInRange(56, 64);
        ((int)pixel.Blue).ShouldBeInRange(176, 184);
    }

    [Fact]
    public void Equal_pixels_give_equal_bytes() => Thumbnail.Encode(Gradient()).ShouldBe(Thumbnail.Encode(Gradient()));

    private static byte[] Gradient()
    {
        var rgb = new byte[ClipSide * ClipSide * 3];
        for (var i = 0; i < ClipSide * ClipSide; i++)
        {
            rgb[i * 3] = (byte)(i % ClipSide);
            rgb[(i * 3) + 1] = (byte)(i / ClipSide);
            rgb[(i * 3) + 2] = 90;
        }

        return rgb;
    }
}
