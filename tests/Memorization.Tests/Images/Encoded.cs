using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace Memorization.Tests.Images;

/// <summary>Encoded images made on the spot; those that an encoder would not write are put together by hand.</summary>
internal static class Encoded
{
    /// <summary>RGBA noise, unpremultiplied; opaque on demand.</summary>
    public static byte[] Noise(int width, int height, bool opaque = true)
    {
        var rgba = new byte[width * height * 4];
        new Random(width + height).NextBytes(rgba);
        for (var i = 3; opaque && i < rgba.Length; i += 4) rgba[i] = 255;
        return rgba;
    }

    /// <summary>Noise in a format that SkiaSharp writes.</summary>
    public static byte[] ByEncoder(SKEncodedImageFormat format, int width, int height) =>
        ByEncoder(format, width, height, Noise(width, height));

    /// <summary>The given pixels in a format that SkiaSharp writes, with the colour space's profile if there is one.</summary>
    public static byte[] ByEncoder(SKEncodedImageFormat format, int width, int height, byte[] rgba, SKColorSpace? colors = null)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colors);
        using var image = SKImage.FromPixelCopy(info, rgba);
        return image.Encode(format, 90).ToArray();
    }

    /// <summary>A PNG of raw rows (without filter bytes), with further chunks before its pixels.</summary>
    public static byte[] Png(int width, int height, byte depth, byte colorType, byte[] rows, params (string Type, byte[] Data)[] chunks)
    {
        using var packed = new MemoryStream();
        foreach (var row in rows.Chunk(Math.Max(rows.Length / height, 1))) packed.Write([0, .. row]);
        return PngOf(width, height, depth, colorType, interlaced: false, packed.ToArray(), chunks);
    }

    // Rows with their filter bytes.
    private static byte[] PngOf(int width, int height, byte depth, byte colorType, bool interlaced, byte[] rows, params (string Type, byte[] Data)[] chunks)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, colorType, (byte)(interlaced ? 1 : 0));

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(rows);
        return
        [
            0x89, .. "PNG\r\n\x1A\n"u8, .. Chunk("IHDR", header), .. chunks.SelectMany(chunk => Chunk(chunk.Type, chunk.Data)),
            .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", []),
        ];
    }

    /// <summary>Noise of 16 bits a sample with alpha, in the seven passes of Adam7.</summary>
    public static byte[] InterlacedPng(int width, int height)
    {
        (int X, int Y, int Dx, int Dy)[] passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        var noise = new Random(width);
        using var rows = new MemoryStream();
        foreach (var (x, y, dx, dy) in passes)
        {
            var row = new byte[((width - x + dx - 1) / dx) * 8];
            for (var at = y; at < height; at += dy)
            {
                noise.NextBytes(row);
                rows.Write([0, .. row]);
            }
        }

        return PngOf(width, height, 16, colorType: 6, interlaced: true, rows.ToArray());
    }

    /// <summary>Noise as WebP without loss.</summary>
    public static byte[] LosslessWebp(int width, int height)
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul), Noise(width, height));
        using var pixels = image.PeekPixels();
        return pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 0))!.ToArray();
    }

    /// <summary>A GIF of 16×16 whose first frame is one colour of its palette and begins at <paramref name="left"/>; its palette is (i, 2i, 255 - i).</summary>
    public static byte[] Gif(byte color, byte? transparent = null, byte left = 0)
    {
        var palette = Enumerable.Range(0, 128).SelectMany(i => new[] { (byte)i, (byte)(2 * i), (byte)(255 - i) });
        // Of 7-bit colours the codes are bytes, as long as the table is cleared (128) before it grows; 129 ends.
        var codes = Enumerable.Range(0, 16 * (16 - left)).SelectMany(i => i % 64 == 0 ? new byte[] { 128, color } : [color]).Append((byte)129);
        return
        [
            .. "GIF89a"u8, 16, 0, 16, 0, 0xF6, 0, 0, .. palette,
            0x21, 0xF9, 4, (byte)(transparent is null ? 0 : 1), 0, 0, transparent ?? 0, 0,
            0x2C, left, 0, 0, 0, (byte)(16 - left), 0, 16, 0, 0,
            7, .. codes.Chunk(255).SelectMany(block => block.Prepend((byte)block.Length)), 0, 0x3B,
        ];
    }

    /// <summary>A JPEG with an EXIF segment that says "turn it by 90°" put after its first marker.</summary>
    public static byte[] Turned(byte[] jpeg) =>
    [
        .. jpeg[..2], 0xFF, 0xE1, 0, 34, .. "Exif\0\0II*\0\b\0\0\0"u8, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, .. jpeg[2..],
    ];

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. type.Select(c => (byte)c), .. data];
        var (length, crc) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32(body));
        return [.. length, .. body, .. crc];
    }

    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }

        return ~crc;
    }
}
