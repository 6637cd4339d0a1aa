using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Memorization.Flow;
using Memorization.Images;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Images;

/// <summary>Real images against the pixels that Pillow and torchvision made of them.</summary>
public class GoldenImageTests
{
    // OpenAI's CLIP: mean and standard deviation of each channel.
    private static readonly float[] Mean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] Deviation = [0.26862954f, 0.26130258f, 0.27577711f];

    // SkiaSharp has no TIFF codec.
    private static readonly string[] NotDecoded = ["images_1bit.tif"];

    [Fact]
    public void Pillows_pixels_are_met_to_the_bit()
    {
        var images = SharedFolder.Path("golden", "images");
        var decoder = new ImageDecoder();
        var seen = 0;
        foreach (var line in File.ReadLines(SharedFolder.Path("golden", "preprocess", "index.jsonl")))
        {
            var golden = JsonDocument.Parse(line).RootElement;
            var file = golden.GetProperty("file").GetString()!;
            seen++;
            var outcome = decoder.Decode(File.ReadAllBytes(Path.Combine(images, file)));
            if (NotDecoded.Contains(file))
            {
                outcome.Rejection.ShouldBe(new Rejection(Reason.UnsupportedFormat, "tiff"), file);
                continue;
            }

            outcome.IsKept(out var pixels).ShouldBeTrue($"{file}: {outcome}");
            Convert.ToHexStringLower(SHA256.HashData(pixels!.Rgb)).ShouldBe(golden.GetProperty("pixels_sha256").GetString(), file);
            new[] { pixels.Width, pixels.Height }.ShouldBe(golden.GetProperty("size").EnumerateArray().Select(side => side.GetInt32()), file);
            pixels.Format.ShouldBe(golden.GetProperty("format").GetString()!.ToLowerInvariant(), file);
        }

        seen.ShouldBe(58);
    }

    [Fact]
    public void Pillows_pixels_are_met_to_the_bit_at_336_a_side()
    {
        var images = SharedFolder.Path("golden", "images");
        var decoder = new ImageDecoder(side: 336);
        var golden = File.ReadLines(Path.Combine(GoldenFile.Root, "tests", "Memorization.Tests", "Images", "pillow-336.tsv")).Skip(1).Select(line => line.Split('\t')).ToList();
        foreach (var fields in golden)
        {
            decoder.Decode(File.ReadAllBytes(Path.Combine(images, fields[0]))).IsKept(out var pixels).ShouldBeTrue(fields[0]);
            Convert.ToHexStringLower(SHA256.HashData(pixels!.Rgb)).ShouldBe(fields[1], fields[0]);
        }

        golden.Count.ShouldBe(57);
    }

    [Fact]
    public void The_real_clips_pixels_are_met_to_float_rounding()
    {
        var folder = SharedFolder.Path("corpora", "golden-clip-vit-b-32");
        var photographs = Directory.GetFiles(folder, "*.jpg");
        photographs.Length.ShouldBe(3);
        foreach (var photograph in photographs)
        {
            var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.ChangeExtension(photograph, ".pixels.f32"))).ToArray();
            new ImageDecoder().Decode(File.ReadAllBytes(photograph)).IsKept(out var pixels).ShouldBeTrue();
            // The file is planar, one channel after the other.
            var actual = Enumerable.Range(0, 3).SelectMany(channel => Enumerable.Range(0, 224 * 224)
                .Select(i => ((pixels!.Rgb[(i * 3) + channel] / 255f) - Mean[channel]) / Deviation[channel]));
            actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-6f, photograph);
        }
    }
}
