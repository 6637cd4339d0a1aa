using CsCheck;
using Memorization.Images;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Images;

public class PillowResamplerTests
{
    private const int Side = ClipPixels.Side;

    private static readonly Gen<(int Width, int Height, byte[] Rgba)> Noise =
        from width in Gen.Int[1, 700]
        from height in Gen.Int[1, 700]
        from seed in Gen.Int
        select (width, height, Random(width, height, seed));

    // The smallest, one whose rows are no multiple of a vector, and those of CLIPs.
    private static readonly Gen<int> Sides = Gen.OneOf([ClipPixels.LeastSide, 97, Side, 336]);

    [Fact]
    public void A_constant_image_stays_constant() => Gen.Select(Noise, Sides).Sample(
        (image, side) =>
        {
            var color = image.Rgba[..4];
            for (var i = 0; i < image.Rgba.Length; i++) image.Rgba[i] = color[i % 4];
            var pixels = Resample(image.Width, image.Height, image.Rgba, side);
            pixels.Length.ShouldBe(side * side * 3);
            pixels.Where((value, i) => value != color[i % 3]).ShouldBeEmpty();
        },
        iter: 20);

    [Fact]
    public void An_image_of_the_right_size_is_not_changed() => Gen.Int.Sample(
        seed =>
        {
            var rgba = Random(Side, Side, seed);
            Resample(Side, Side, rgba).SequenceEqual(WithoutAlpha(rgba)).ShouldBeTrue();
        },
        iter: 20);

    [Fact]
    public void A_longer_side_without_scaling_is_only_cut() => Gen.Select(Gen.Int[Side, 600], Gen.Bool).Sample(
        (length, isWide) =>
        {
            var (width, height) = isWide ? (length, Side) : (Side, length);
            var rgba = Random(width, height, length);
            // Half to even, as Python rounds: 227 is cut at 2, 225 at 0.
            var start = (int)Math.Round((length - Side) / 2m, MidpointRounding.ToEven);
            var cut = Enumerable.Range(0, Side).SelectMany(row => isWide
                ? rgba.AsSpan(((row * width) + start) * 4, Side * 4).ToArray()
                : rgba.AsSpan((row + start) * width * 4, Side * 4).ToArray());
            Resample(width, height, rgba).SequenceEqual(WithoutAlpha([.. cut])).ShouldBeTrue();
        },
        iter: 20);

    [Fact]
    public void The_pixels_are_within_a_level_of_cubic_convolution_in_doubles() => Gen.Select(Noise, Sides).Sample(
        (image, side) =>
        {
            var pixels = Resample(image.Width, image.Height, image.Rgba, side);
            var exact = ReferenceResampler.Resample(image.Width, image.Height, image.Rgba, side);
            // Weights of 22 bits turn a tie now and then, in either pass; two turned ties can meet in one value of 10,000.
            var distances = pixels.Zip(exact, (a, b) => Math.Abs(a - b)).ToArray();
            distances.Max().ShouldBeLessThanOrEqualTo(2);
            distances.Count(distance => distance > 1).ShouldBeLessThanOrEqualTo(distances.Length / 10_000);
        },
        iter: 12);

    [Fact]
    public void Strips_of_any_height_give_the_pixels_of_the_whole() => Gen.Select(Noise, Gen.Int[1, 40]).Sample(
        (image, rows) =>
        {
            using var resampler = new PillowResampler(image.Width, image.Height);
            var stride = image.Width * 4;
            for (var row = 0; row < image.Height; row += rows)
            {
                var count = Math.Min(rows, image.Height - row);
                byte[] strip = [.. image.Rgba.AsSpan(row * stride, count * stride), .. new byte[PillowResampler.Padding]];
                resampler.AddRows(strip, row, count);
            }

            resampler.Finish().SequenceEqual(Resample(image.Width, image.Height, image.Rgba)).ShouldBeTrue();
        },
        iter: 20);

    [Fact]
    public void What_lies_after_the_last_pixel_does_not_matter() => Noise.Sample(
        image =>
        {
            using var resampler = new PillowResampler(image.Width, image.Height);
            resampler.AddRows([.. image.Rgba, .. Enumerable.Repeat((byte)255, PillowResampler.Padding)], 0, image.Height);
            resampler.Finish().SequenceEqual(Resample(image.Width, image.Height, image.Rgba)).ShouldBeTrue();
        },
        iter: 20);

    private static byte[] Resample(int width, int height, byte[] rgba, int side = Side)
    {
        using var resampler = new PillowResampler(width, height, side);
        resampler.AddRows([.. rgba, .. new byte[PillowResampler.Padding]], 0, height);
        return resampler.Finish();
    }

    private static byte[] WithoutAlpha(byte[] rgba) => [.. rgba.Where((_, i) => i % 4 != 3)];

    private static byte[] Random(int width, int height, int seed)
    {
        var bytes = new byte[width * height * 4];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
