using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using SkiaSharp;

namespace Memorization.Images;

/// <summary>PNG files with texts beside the pixels (W3C PNG, third edition).</summary>
public static class PngFile
{
    private const string TextChunk = "tEXt";
    private const string InternationalChunk = "iTXt";
    private const int Frame = 12; // a chunk's length, type and checksum
    private const int FirstChunk = 8;

    /// <summary>Encodes an image.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="rgb">Height × width × 3 bytes, red, green and blue interleaved.</param>
    /// <param name="texts">Keywords (1 to 79 Latin letters) and texts: tEXt where a text is ASCII, iTXt in UTF-8 otherwise.</param>
    public static unsafe byte[] Encode(int width, int height, ReadOnlySpan<byte> rgb, IReadOnlyList<KeyValuePair<string, string>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var rgba = new byte[info.BytesSize];
        for (var i = 0; i < width * height; i++)
        {
            rgb.Slice(3 * i, 3).CopyTo(rgba.AsSpan(4 * i));
            rgba[4 * i + 3] = byte.MaxValue;
        }

        fixed (byte* address = rgba)
        {
            using var map = new SKPixmap(info, (nint)address);
            using var data = map.Encode(SKEncodedImageFormat.Png, 100) ?? throw new InvalidOperationException("SkiaSharp did not encode a PNG");
            return WithTexts(data.AsSpan(), texts);
        }
    }

    /// <summary>The texts of a PNG in their order, uncompressed ones only; none of what is not a PNG.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Texts(ReadOnlySpan<byte> png)
    {
        List<KeyValuePair<string, string>> texts = [];
        for (var at = FirstChunk; ImageFormat.Sniff(png) == "png" && at + Frame <= png.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png[at..]);
            if (length > png.Length - at - Frame) break;
            var type = Encoding.ASCII.GetString(png.Slice(at + 4, 4));
            var data = png.Slice(at + 8, (int)length);
            var end = data.IndexOf((byte)0);
            if (type == TextChunk && end > 0) texts.Add(new(Encoding.Latin1.GetString(data[..end]), Encoding.Latin1.GetString(data[(end + 1)..])));
            else if (type == InternationalChunk && end > 0 && International(data[(end + 1)..]) is { } text) texts.Add(new(Encoding.Latin1.GetString(data[..end]), text));
            at += Frame + (int)length;
        }

        return texts;
    }

    // Texts come before the pixels, so that a reader of texts need not read the whole file.
    private static byte[] WithTexts(ReadOnlySpan<byte> png, IReadOnlyList<KeyValuePair<string, string>> texts)
    {
        using var file = new MemoryStream();
        var header = FirstChunk + Frame + 13;
        file.Write(png[..header]);
        foreach (var (keyword, text) in texts)
        {
            var ascii = Ascii.IsValid(text);
            byte[] data = ascii
                ? [.. Encoding.Latin1.GetBytes(keyword), 0, .. Encoding.ASCII.GetBytes(text)]
                : [.. Encoding.Latin1.GetBytes(keyword), 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(text)]; // not compressed, no language, no translated keyword
            Write(file, ascii ? TextChunk : InternationalChunk, data);
        }

        file.Write(png[header..]);
        return file.ToArray();
    }

    private static void Write(MemoryStream file, string type, byte[] data)
    {
        byte[] checkedPart = [.. Encoding.ASCII.GetBytes(type), .. data];
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(checkedPart);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(checkedPart));
        file.Write(number);
    }

    // After the keyword: compressed or not, how, language, translated keyword, text.
    private static string? International(ReadOnlySpan<byte> data)
    {
        if (data.Length < 2 || data[0] != 0) return null;
        data = data[2..];
        for (var skipped = 0; skipped < 2; skipped++)
        {
            var end = data.IndexOf((byte)0);
            if (end < 0) return null;
            data = data[(end + 1)..];
        }

        return Encoding.UTF8.GetString(data);
    }
}
