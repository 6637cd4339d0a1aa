using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Memorization.Images;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Images;

public sealed class PngFileTests
{
    [Fact]
    public void Pixels_and_texts_come_back()
    {
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.String[Gen.Char["a \u00e9\u4e00\U0001F338"[..4]], 0, 30].Array[0, 3], Gen.UInt).Sample((width, height, texts, seed) =>
        {
            var rgb = new byte[width * height * 3];
            new Random((int)seed).NextBytes(rgb);
            List<KeyValuePair<string, string>> pairs = [.. texts.Select((text, i) => KeyValuePair.Create($"key {i}", text))];
            var png = PngFile.Encode(width, height, rgb, pairs);
            PngFile.Texts(png).ShouldBe(pairs);
            using var bitmap = SKBitmap.Decode(png);
            for (var i = 0; i < width * height; i++)
                bitmap.GetPixel(i % width, i / width).ShouldBe(new SKColor(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]));
        }, iter: 100);
    }

    [Fact]
    public void Every_chunk_has_the_checksum_that_the_format_asks_for()
    {
        var png = PngFile.Encode(3, 2, new byte[18], [new("prompt", "a cat"), new("other", "Mandelblüte 🌸")]);
        List<string> types = [];
        for (var at = 8; at < png.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            types.Add(Encoding.ASCII.GetString(png, at + 4, 4));
            BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)).ShouldBe(Checksum(png.AsSpan(at + 4, 4 + length)));
            at += 12 + length;
        }

        types[..3].ShouldBe(["IHDR", "tEXt", "iTXt"]);
        types[^1].ShouldBe("IEND");
    }

    [Fact]
    public void Bytes_that_are_no_png_or_end_early_have_the_texts_that_are_whole()
    {
        var png = PngFile.Encode(1, 1, new byte[3], [new("a", "b"), new("c", "d")]);
        PngFile.Texts([]).ShouldBeEmpty();
        PngFile.Texts("no image at all"u8).ShouldBeEmpty();
        for (var length = 0; length < png.Length; length++) PngFile.Texts(png.AsSpan(0, length)).Count.ShouldBe(length < 33 + 15 ? 0 : length < 33 + 30 ? 1 : 2);
    }

    // CRC-32 bit by bit, as annex D of the format's specification has it.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var remainder = uint.MaxValue;
        foreach (var b in bytes)
        {
            remainder ^= b;
            for (var bit = 0; bit < 8; bit++) remainder = (remainder & 1) != 0 ? 0xEDB88320 ^ (remainder >> 1) : remainder >> 1;
        }

        return ~remainder;
    }
}
