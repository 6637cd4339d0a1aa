using Memorization.Images;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Images;

/// <summary>What a header says of the work to come.</summary>
public sealed class DecodeCostTests
{
    [Fact]
    public void Each_scan_of_a_jpeg_passes_over_its_pixels()
    {
        var jpeg = Encoded.ByEncoder(SKEncodedImageFormat.Jpeg, 40, 20);
        Cost("jpeg", jpeg).ShouldBe(new DecodeCost(800, 0));
        var scan = jpeg.AsSpan().IndexOf(new byte[] { 0xFF, 0xDA });
        byte[] thrice = [.. jpeg[..scan], .. jpeg[scan..^2], .. jpeg[scan..^2], .. jpeg[scan..]];
        Cost("jpeg", thrice).Work.ShouldBe(2400);
        Cost("jpeg", thrice).Bytes.ShouldBeInRange(2400, 4800); // Two bytes a sample, colours of half or full size.
    }

    [Fact]
    public void A_thumbnails_scan_is_not_counted() =>
        JpegMarkers.Read([0xFF, 0xD8, 0xFF, 0xE1, 0, 8, 0xFF, 0xDA, 0, 2, 0xFF, 0xD9, 0xFF, 0xDA, 0, 2, 1, 2, 0xFF, 0, 0xFF, 0xD9])
            .ShouldBe(new JpegMarkers(IsWhole: true, Scans: 1, CoefficientBytes: 0));

    [Fact]
    public void An_interlaced_png_is_passed_over_twice_and_kept_twice()
    {
        var png = Encoded.Png(40, 20, depth: 16, colorType: 6, new byte[40 * 20 * 8]);
        Cost("png", png).ShouldBe(new DecodeCost(800, 3200, IsDivisible: true));
        png[28] = 1;
        Cost("png", png).ShouldBe(new DecodeCost(1600, 800 * 12, IsDivisible: true));
    }

    private static DecodeCost Cost(string format, byte[] bytes) =>
        DecodeCost.Of(format, bytes, format == "jpeg" ? JpegMarkers.Read(bytes) : default, 40, 20);
}
