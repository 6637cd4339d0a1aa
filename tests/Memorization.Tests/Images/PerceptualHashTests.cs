using CsCheck;
using Memorization.Images;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Images;

public sealed class PerceptualHashTests
{
    // The transform by its definition, for every frequency, and the median by sorting.
    [Fact]
    public void A_bit_is_set_where_a_low_frequency_lies_above_their_median() => Gen.Double[0, 255].Array[32 * 32].Sample(grey =>
    {
        var frequencies = Enumerable.Range(0, 64).Select(i => Enumerable.Range(0, 32 * 32).Sum(at =>
            grey[at] * Math.Cos(Math.PI * (2 * (at / 32) + 1) * (i / 8 + 1) / 64) * Math.Cos(Math.PI * (2 * (at % 32) + 1) * (i % 8 + 1) / 64))).ToList();
        var median = frequencies.Order().Skip(31).Take(2).Average();
        var hash = PerceptualHash.Of(grey);

        for (var i = 0; i < 64; i++) ((hash >> i & 1) == 1).ShouldBe(frequencies[i] > median);
        PerceptualHash.Distance(hash, 0).ShouldBe(32);
    }, iter: 20);

    [Fact]
    public void A_picture_in_another_size_format_and_brightness_is_nearly_the_same_and_another_picture_is_not()
    {
        var hash = Hash(Scene(256, 1, 0), SKEncodedImageFormat.Png, 256);

        PerceptualHash.Distance(hash, Hash(Scene(128, 1, 0), SKEncodedImageFormat.Jpeg, 128)).ShouldBeLessThanOrEqualTo(6);
        PerceptualHash.Distance(hash, Hash(Scene(256, 1, 20), SKEncodedImageFormat.Webp, 256)).ShouldBeLessThanOrEqualTo(6);
        PerceptualHash.Distance(hash, Hash(Scene(256, 2, 0), SKEncodedImageFormat.Png, 256)).ShouldBeGreaterThan(16);
    }

    [Fact]
    public void What_does_not_decode_or_is_too_small_has_none()
    {
        PerceptualHash.Of([1, 2, 3]).ShouldBeNull();
        PerceptualHash.Of(Encoded.ByEncoder(SKEncodedImageFormat.Png, 31, 40)).ShouldBeNull();
    }

    [Fact]
    public void Distances_count_bits()
    {
        PerceptualHash.Distance(0, ulong.MaxValue).ShouldBe(64);
        PerceptualHash.Distance(0b1010, 0b0110).ShouldBe(2);
    }

    private static ulong Hash(byte[] rgba, SKEncodedImageFormat format, int side) => PerceptualHash.Of(Encoded.ByEncoder(format, side, side, rgba))!.Value;

    // Discs on a ground that brightens.
    private static byte[] Scene(int side, int seed, int brighter)
    {
        var random = new Memorization.Statistics.SplitMix64((ulong)seed);
        var discs = Enumerable.Range(0, 8).Select(_ => (X: random.Below(100), Y: random.Below(100), R: 8 + random.Below(20), Grey: random.Below(200))).ToList();
        var rgba = new byte[side * side * 4];
        for (var i = 0; i < side * side; i++)
        {
            var (x, y) = (100.0 * (i % side) / side, 100.0 * (i / side) / side);
            var grey = discs.Where(disc => (x - disc.X) * (x - disc.X) + (y - disc.Y) * (y - disc.Y) < disc.R * disc.R).Select(disc => disc.Grey).LastOrDefault((int)(60 + x));
            rgba.AsSpan(4 * i, 3).Fill((byte)(grey + brighter));
            rgba[4 * i + 3] = 255;
        }

        return rgba;
    }
}
