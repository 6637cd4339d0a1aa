using Memorization.Images;
using Memorization.Objects;
using Memorization.Tests.Images;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Objects;

public sealed class TileCutterTests
{
    // Three columns and two rows of one colour each, 300×100 pixels.
    private static readonly byte[][] Colours = [[200, 0, 0], [0, 200, 0], [0, 0, 200], [200, 200, 0], [0, 200, 200], [200, 0, 200]];

    [Fact]
    public void A_wide_picture_is_decoded_whole_and_a_tile_has_what_lies_in_it()
    {
        new ImageDecoder(side: 240, whole: true).Decode(Picture()).IsKept(out var pixels).ShouldBeTrue();
        (pixels!.Width, pixels.Height, pixels.Rgb.Length).ShouldBe((300, 100, 240 * 240 * 3));

        for (var column = 0; column < 3; column++)
        {
            for (var row = 0; row < 2; row++)
            {
                var tile = new TileCutter(32).Cut(pixels.Rgb, 240, new Tile(column / 3.0 + 0.05, row / 2.0 + 0.1, 0.2, 0.3));
                tile.Length.ShouldBe(32 * 32 * 3);
                foreach (var pixel in tile.Chunk(3)) pixel.ShouldBe(Colours[row * 3 + column]);
            }
        }
    }

    [Fact]
    public void The_whole_of_a_square_picture_is_what_the_model_sees_of_it_anyway()
    {
        var picture = Encoded.ByEncoder(SKEncodedImageFormat.Png, 90, 90);
        new ImageDecoder(side: 64).Decode(picture).IsKept(out var usual).ShouldBeTrue();
        new ImageDecoder(side: 64, whole: true).Decode(picture).IsKept(out var whole).ShouldBeTrue();

        whole!.Rgb.ShouldBe(usual!.Rgb);
        new TileCutter(64).Cut(whole.Rgb, 64, Tile.Whole).ShouldBe(usual.Rgb);
    }

    [Fact]
    public void A_moved_tile_stays_in_the_picture()
    {
        new Tile(0.8, 0.1, 0.2, 0.4).Moved(0.5, -1, 1).ShouldBe(new Tile(0.8, 0, 0.2, 0.4));
        var grown = new Tile(0.3, 0, 0.4, 0.9).Moved(0, 0, 2);
        (grown.Height, grown.Top).ShouldBe((1, 0));
        (grown.Left + grown.Width / 2).ShouldBe(0.5, 1e-12);
    }

    [Fact]
    public void Pictures_are_decoded_as_large_as_the_smallest_tile_needs_and_no_larger_than_1024()
    {
        new TileCutter(224).CanvasSide([1, 0.5]).ShouldBe(448);
        new TileCutter(224).CanvasSide([1]).ShouldBe(224);
        new TileCutter(224).CanvasSide([0.1]).ShouldBe(1024);
    }

    private static byte[] Picture()
    {
        var rgba = new byte[300 * 100 * 4];
        for (var i = 0; i < 300 * 100; i++)
        {
            Colours[(i / 300 / 50 * 3) + (i % 300 / 100)].CopyTo(rgba, 4 * i);
            rgba[4 * i + 3] = 255;
        }

        return Encoded.ByEncoder(SKEncodedImageFormat.Png, 300, 100, rgba);
    }
}
