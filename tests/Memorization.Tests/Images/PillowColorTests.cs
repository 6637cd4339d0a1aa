using Memorization.Images;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Images;

/// <summary>Colours as Pillow's convert("RGB") sees them. Images of 224×224 are not resized, so that each pixel can be compared.</summary>
public class PillowColorTests
{
    private const int Side = 224;

    [Fact]
    public void Dropping_alpha_leaves_the_colours_as_stored()
    {
        var rgba = Encoded.Noise(Side, Side, opaque: false);
        var png = Encoded.Png(Side, Side, depth: 8, colorType: 6, rgba);
        Pixels(png).SequenceEqual(rgba.Where((_, i) => i % 4 != 3)).ShouldBeTrue();
    }

    [Fact]
    public void A_palettes_colours_do_not_depend_on_transparency()
    {
        var indices = Encoded.Noise(Side, Side)[..(Side * Side)];
        byte[] palette = [.. Enumerable.Range(0, 256 * 3).Select(i => (byte)(i * 7))];
        var png = Encoded.Png(Side, Side, 8, colorType: 3, indices, ("PLTE", palette), ("tRNS", [0, 50, 100]));
        Pixels(png).SequenceEqual(indices.SelectMany(i => palette[(i * 3)..((i * 3) + 3)])).ShouldBeTrue();
    }

    [Fact]
    public void Sixteen_bits_of_colour_are_cut_to_the_upper_eight()
    {
        var samples = Encoded.Noise(Side, Side * 2)[..(Side * Side * 6)];
        Pixels(Encoded.Png(Side, Side, depth: 16, colorType: 2, samples)).SequenceEqual(samples.Where((_, i) => i % 2 == 0)).ShouldBeTrue();
    }

    [Fact]
    public void Sixteen_bits_of_grey_are_clipped_as_integers()
    {
        ushort[] grey = [.. Enumerable.Range(0, Side * Side).Select(i => (ushort)(i % 3 == 0 ? 0 : 256 + i))];
        var png = Encoded.Png(Side, Side, depth: 16, colorType: 0, [.. grey.SelectMany(v => new[] { (byte)(v >> 8), (byte)v })]);
        Pixels(png).SequenceEqual(grey.SelectMany(v => Enumerable.Repeat((byte)Math.Min(v, (ushort)255), 3))).ShouldBeTrue();
    }

    [Fact]
    public void Gamma_and_profiles_do_not_touch_the_pixels()
    {
        var rgba = Encoded.Noise(Side, Side);
        byte[] rgb = [.. rgba.Where((_, i) => i % 4 != 3)];
        Pixels(Encoded.Png(Side, Side, 8, colorType: 2, rgb, ("gAMA", [0, 0, 0x27, 0x10]))).SequenceEqual(rgb).ShouldBeTrue();

        using var linearP3 = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Linear, SKColorSpaceXyz.DisplayP3);
        var profiled = Encoded.ByEncoder(SKEncodedImageFormat.Png, Side, Side, rgba, linearP3);
        profiled.AsSpan().IndexOf("iCCP"u8).ShouldBeGreaterThan(0);
        Pixels(profiled).SequenceEqual(rgb).ShouldBeTrue();
    }

    [Fact]
    public void Exif_rotation_is_not_applied()
    {
        var jpeg = Encoded.ByEncoder(SKEncodedImageFormat.Jpeg, 300, 200);
        var turned = Encoded.Turned(jpeg);
        using (var codec = SKCodec.Create(new MemoryStream(turned))) codec.EncodedOrigin.ShouldBe(SKEncodedOrigin.RightTop);
        new ImageDecoder().Decode(turned).IsKept(out var pixels).ShouldBeTrue();
        (pixels!.Width, pixels.Height).ShouldBe((300, 200));
        pixels.Rgb.SequenceEqual(Pixels(jpeg)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(5, null, 0, 5)]
    [InlineData(5, 9, 0, 5)]
    [InlineData(5, 5, 0, 5)] // Every pixel is transparent: the palette's colour all the same.
    [InlineData(5, 5, 6, 5)] // What the frame does not cover has the transparent colour.
    [InlineData(0, null, 6, 0)] // Without one, the palette's first.
    public void A_gif_has_its_palettes_colours(int color, int? transparent, int left, int seen)
    {
        var pixels = Pixels(Encoded.Gif((byte)color, (byte?)transparent, (byte)left));
        byte[] expected = [(byte)seen, (byte)(2 * seen), (byte)(255 - seen)];
        pixels.Where((value, i) => value != expected[i % 3]).ShouldBeEmpty();
    }

    private static byte[] Pixels(byte[] encoded)
    {
        var outcome = new ImageDecoder().Decode(encoded);
        outcome.IsKept(out var pixels).ShouldBeTrue(outcome.ToString());
        return pixels!.Rgb;
    }
}
