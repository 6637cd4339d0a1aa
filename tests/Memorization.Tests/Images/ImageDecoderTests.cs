using System.Diagnostics;
using System.Text;
using CsCheck;
using Memorization.Captions;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Rows;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Images;

public class ImageDecoderTests
{
    private static readonly ImageDecoder Decoder = new();

    [Fact]
    public async Task A_row_keeps_its_bytes_and_gets_its_pixels()
    {
        var fetched = Fetched(Encoded.ByEncoder(SKEncodedImageFormat.Jpeg, 300, 200));
        var outcome = await Decoder.RunAsync(fetched, TestContext.Current.CancellationToken);
        outcome.IsKept(out var decoded).ShouldBeTrue();
        decoded!.Fetched.ShouldBeSameAs(fetched);
        (decoded.Pixels.Width, decoded.Pixels.Height, decoded.Pixels.Format).ShouldBe((300, 200, "jpeg"));
        decoded.Pixels.Rgb.Length.ShouldBe(224 * 224 * 3);
    }

    [Fact]
    public async Task A_row_that_does_not_decode_says_why() =>
        (await Decoder.RunAsync(Fetched([1, 2, 3]), TestContext.Current.CancellationToken))
            .Rejection.ShouldBe(new Rejection(Reason.UnsupportedFormat, "unknown format"));

    [Theory]
    [InlineData("jpeg", SKEncodedImageFormat.Jpeg)]
    [InlineData("png", SKEncodedImageFormat.Png)]
    [InlineData("webp", SKEncodedImageFormat.Webp)]
    public void The_bytes_tell_the_format(string format, SKEncodedImageFormat encoder)
    {
        Decoder.Decode(Encoded.ByEncoder(encoder, 60, 50)).IsKept(out var pixels).ShouldBeTrue();
        pixels!.Format.ShouldBe(format);
    }

    [Theory]
    [InlineData("tiff", "II*\0....")]
    [InlineData("avif", "\0\0\0 ftypavif....")]
    [InlineData("avif", "\0\0\0 ftypmif1\0\0\0\0mif1avifmiaf....")]
    [InlineData("heif", "\0\0\0 ftypheic....")]
    [InlineData("heif", "\0\0\0 ftypmif1....")]
    [InlineData("mp4", "\0\0\0 ftypisom....")]
    [InlineData("pnm", "P6\n2 2\n255\n")]
    [InlineData("jpeg xl", "\0\0\0\fJXL \r\n")]
    [InlineData("jpeg 2000", "\0\0\0\fjP  \r\n")]
    [InlineData("psd", "8BPS\0\u0001")]
    [InlineData("svg", "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>")]
    [InlineData("not an image", "<!DOCTYPE html><html>Not found</html>")]
    [InlineData("not an image", "BMW is a maker of cars.")]
    [InlineData("not an image", "{\"error\": 404}")]
    [InlineData("not an image", "")]
    [InlineData("unknown format", "\u0001\u0002\u0003\u0004")]
    public void A_format_that_is_not_read_is_named(string name, string bytes) =>
        Decoder.Decode(Encoding.Latin1.GetBytes(bytes)).Rejection.ShouldBe(new Rejection(Reason.UnsupportedFormat, name));

    [Fact]
    public void A_header_that_does_not_parse_is_corrupt()
    {
        var png = Encoded.Png(50, 50, depth: 8, colorType: 1, new byte[2500]); // There is no colour type 1.
        Decoder.Decode(png).Rejection!.Reason.ShouldBe(Reason.CorruptHeader);
    }

    [Fact]
    public void Pixels_that_do_not_decode_are_corrupt()
    {
        var png = Encoded.Png(50, 50, depth: 8, colorType: 0, Encoded.Noise(25, 25));
        png.AsSpan(png.Length - 600, 100).Reverse();
        Decoder.Decode(png).Rejection!.Reason.ShouldBe(Reason.CorruptPixels);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void An_image_that_ends_early_is_truncated(SKEncodedImageFormat format)
    {
        var whole = Encoded.ByEncoder(format, 300, 200);
        Decoder.Decode(whole).IsKept(out _).ShouldBeTrue();
        foreach (var percent in new[] { 30, 60, 95 })
        {
            Decoder.Decode(whole.AsMemory(0, whole.Length * percent / 100)).Rejection!.Reason.ShouldBe(Reason.TruncatedImage, $"{percent} %");
        }
    }

    [Fact]
    public void A_gif_that_ends_early_is_truncated() =>
        Decoder.Decode(Encoded.Gif(color: 5).AsMemory(..^50)).Rejection!.Reason.ShouldBe(Reason.TruncatedImage);

    [Fact]
    public void A_jpeg_needs_its_end_of_image_but_may_have_more_after_it()
    {
        var jpeg = Encoded.ByEncoder(SKEncodedImageFormat.Jpeg, 60, 50);
        Decoder.Decode(jpeg.AsMemory(..^2)).Rejection!.Reason.ShouldBe(Reason.TruncatedImage);
        Decoder.Decode((byte[])[.. jpeg, .. new byte[5000]]).IsKept(out _).ShouldBeTrue();
    }

    [Fact]
    public void A_header_of_60000_by_60000_is_refused_before_memory_grows()
    {
        var png = Encoded.Png(60_000, 60_000, depth: 8, colorType: 6, new byte[100]);
        Decoder.Decode(png);
        using var process = Process.GetCurrentProcess();
        var (managed, mapped) = (GC.GetAllocatedBytesForCurrentThread(), process.VirtualMemorySize64);
        Decoder.Decode(png).Rejection.ShouldBe(new Rejection(Reason.TooManyPixels, "60000×60000"));
        (GC.GetAllocatedBytesForCurrentThread() - managed).ShouldBeLessThan(100_000);
        process.Refresh();
        (process.VirtualMemorySize64 - mapped).ShouldBeLessThan(1L << 32);
    }

    [Fact]
    public void The_limits_hold_at_their_edges()
    {
        var decoder = new ImageDecoder(new DecodeOptions { MaxPixels = 5000, MinSide = 10, MaxAspectRatio = 4 });
        ReasonOf(100, 50).ShouldBeNull();
        ReasonOf(101, 50).ShouldBe(Reason.TooManyPixels);
        ReasonOf(10, 20).ShouldBeNull();
        ReasonOf(20, 9).ShouldBe(Reason.ImageTooSmall);
        ReasonOf(10, 40).ShouldBeNull();
        ReasonOf(41, 10).ShouldBe(Reason.ExtremeAspectRatio);

        Reason? ReasonOf(int width, int height) => decoder.Decode(Encoded.ByEncoder(SKEncodedImageFormat.Png, width, height)).Rejection?.Reason;
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Webp)]
    [InlineData(SKEncodedImageFormat.Png)]
    public void An_image_that_needs_much_memory_is_decoded_in_parts_to_the_same_pixels(SKEncodedImageFormat format)
    {
        var bytes = format == SKEncodedImageFormat.Png ? Encoded.InterlacedPng(301, 203) : Encoded.LosslessWebp(301, 203);
        Decoder.Decode(bytes).IsKept(out var whole).ShouldBeTrue();
        // 12 bytes a pixel are needed, or 8, and 3 allowed at once.
        new ImageDecoder(new DecodeOptions { MaxPixels = 301 * 203 }).Decode(bytes).IsKept(out var parts).ShouldBeTrue();
        parts!.Rgb.ShouldBe(whole!.Rgb);
    }

    [Fact]
    public void A_jpeg_of_many_scans_that_needs_too_much_memory_is_refused()
    {
        var jpeg = Encoded.ByEncoder(SKEncodedImageFormat.Jpeg, 300, 200);
        jpeg[jpeg.AsSpan().IndexOf(new byte[] { 0xFF, 0xC0 }) + 1] = 0xC2;
        new ImageDecoder(new DecodeOptions { MaxPixels = 60_000 }).Decode(jpeg).Rejection?.Reason.ShouldNotBe(Reason.TooManyPixels);
        byte[] four = [.. jpeg];
        var frame = four.AsSpan(four.AsSpan().IndexOf(new byte[] { 0xFF, 0xC2 }));
        (frame[11], frame[14], frame[17]) = (0x22, 0x22, 0x22); // No component is smaller than another.
        new DecodeCost(0, 360_000).Bytes.ShouldBe(DecodeCost.Of("jpeg", four, JpegMarkers.Read(four), 300, 200).Bytes);
    }

    [Fact]
    public void A_scaled_jpeg_looks_the_same_and_keeps_its_size()
    {
        var scaling = new ImageDecoder(new DecodeOptions { ScaledJpeg = true });
        var large = Encoded.ByEncoder(SKEncodedImageFormat.Jpeg, 2000, 1800, Smooth(2000, 1800));
        Decoder.Decode(large).IsKept(out var exact).ShouldBeTrue();
        scaling.Decode(large).IsKept(out var scaled).ShouldBeTrue();
        (scaled!.Width, scaled.Height).ShouldBe((2000, 1800));
        var distances = scaled.Rgb.Zip(exact!.Rgb, (a, b) => Math.Abs(a - b)).ToArray();
        distances.Max().ShouldBeInRange(1, 8);

        // Half of it would be less than twice the model's side.
        var small = Encoded.ByEncoder(SKEncodedImageFormat.Jpeg, 900, 800);
        Decoder.Decode(small).IsKept(out exact).ShouldBeTrue();
        scaling.Decode(small).IsKept(out scaled).ShouldBeTrue();
        scaled!.Rgb.ShouldBe(exact!.Rgb);
    }

    private static byte[] Smooth(int width, int height)
    {
        var rgba = new byte[width * height * 4];
        for (var i = 0; i < width * height; i++)
        {
            var (x, y) = (i % width, i / width);
            (rgba[i * 4], rgba[(i * 4) + 1], rgba[(i * 4) + 2], rgba[(i * 4) + 3]) = ((byte)(x * 255 / width), (byte)(y * 255 / height), (byte)(128 + (100 * Math.Sin(x * y / 20_000.0))), 255);
        }

        return rgba;
    }

    [Fact]
    public void Damaged_bytes_get_an_outcome()
    {
        byte[][] whole =
        [
            .. new[] { SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp }
                .Select(format => Encoded.ByEncoder(format, 40, 30)),
            Encoded.Gif(color: 5, transparent: 5, left: 3),
            Encoded.Png(20, 20, 16, colorType: 0, new byte[800]),
        ];
        var damage = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Select(Gen.Double[0, 1], Gen.Byte).Array[1, 20], Gen.Double[0.2, 1]);
        var (kept, all) = (0, 0);
        damage.Sample(
            (which, changes, part) =>
            {
                Interlocked.Increment(ref all);
                var bytes = whole[which].ToArray();
                foreach (var (at, value) in changes) bytes[(int)(at * (bytes.Length - 1))] = value;
                if (Decoder.Decode(bytes.AsMemory(0, (int)(bytes.Length * Math.Min(part * 2, 1)))).IsKept(out _)) Interlocked.Increment(ref kept);
            },
            iter: 3000);
        kept.ShouldBeInRange(1, all - 1);
    }

    private static FetchedImage Fetched(byte[] bytes)
    {
        var row = new LaionRow { Key = 1, Unit = new UnitId(1, 0), RowInGroup = 0, Url = "http://a.test/1", Caption = "a" };
        return new FetchedImage(
            new SelectedRow(row, new Uri("http://a.test/1"), 3), bytes, new string('0', 64), null,
            new FetchRecord(200, 1, DateTimeOffset.UnixEpoch, TimeSpan.Zero));
    }
}
