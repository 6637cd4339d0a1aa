using System.Buffers.Binary;
using System.Text;

namespace Memorization.Images;

/// <summary>The format that the first bytes tell, whatever the media type claims.</summary>
internal static class ImageFormat
{
    // The first that matches counts. Offsets other than 0 are the brands inside RIFF and ISO base media files.
    private static readonly (string Name, int Offset, byte[] Magic)[] Known =
    [
        ("jpeg", 0, [0xFF, 0xD8, 0xFF]),
        ("png", 0, [0x89, .. "PNG\r\n\x1A\n"u8]),
        ("gif", 0, [.. "GIF8"u8]),
        ("webp", 8, [.. "WEBP"u8]),
        ("ico", 0, [0, 0, 1, 0]),
        ("cur", 0, [0, 0, 2, 0]),
        ("heif", 4, [.. "ftyphei"u8]),
        ("heif", 4, [.. "ftyphev"u8]),
        ("heif", 4, [.. "ftypmif1"u8]),
        ("heif", 4, [.. "ftypmsf1"u8]),
        ("mp4", 4, [.. "ftyp"u8]),
        ("jpeg xl", 0, [0xFF, 0x0A]),
        ("jpeg xl", 4, [.. "JXL "u8]),
        ("jpeg 2000", 0, [0xFF, 0x4F, 0xFF, 0x51]),
        ("jpeg 2000", 4, [.. "jP  "u8]),
        ("jpeg xr", 0, [.. "II"u8, 0xBC]),
        ("tiff", 0, [.. "II*\0"u8]),
        ("tiff", 0, [.. "II+\0"u8]),
        ("tiff", 0, [.. "MM\0*"u8]),
        ("tiff", 0, [.. "MM\0+"u8]),
        ("psd", 0, [.. "8BPS"u8]),
        ("xcf", 0, [.. "gimp xcf"u8]),
        ("djvu", 0, [.. "AT&TFORM"u8]),
        ("flif", 0, [.. "FLIF"u8]),
        ("mng", 0, [0x8A, .. "MNG\r\n\x1A\n"u8]),
        ("jng", 0, [0x8B, .. "JNG\r\n\x1A\n"u8]),
        ("flash", 0, [.. "FWS"u8]),
        ("flash", 0, [.. "CWS"u8]),
        ("matroska", 0, [0x1A, 0x45, 0xDF, 0xA3]),
        ("icns", 0, [.. "icns"u8]),
        ("qoi", 0, [.. "qoif"u8]),
        ("dds", 0, [.. "DDS "u8]),
        ("exr", 0, [0x76, 0x2F, 0x31, 0x01]),
        ("pdf", 0, [.. "%PDF-"u8]),
        ("gzip", 0, [0x1F, 0x8B]),
        ("zip", 0, [.. "PK\x03\x04"u8]),
    ];

    /// <summary>A format's name in small letters ("jpeg", "tiff"), "not an image" for web pages and other text, or "unknown format".</summary>
    public static string Sniff(ReadOnlySpan<byte> bytes)
    {
        if (IsAvif(bytes)) return "avif";
        foreach (var (name, offset, magic) in Known)
        {
            if (bytes.Length > offset && bytes[offset..].StartsWith(magic)) return name;
        }

        if (IsBmp(bytes)) return "bmp";
        if (bytes is [(byte)'P', >= (byte)'1' and <= (byte)'7', (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t', ..]) return "pnm";
        if (!IsText(bytes)) return "unknown format";
        return bytes[..Math.Min(bytes.Length, 1024)].IndexOf("<svg"u8) >= 0 ? "svg" : "not an image";
    }

    /// <summary>The extension of files of a format that <see cref="Sniff"/> names ("jpg"), without a dot; "bin" for what is no image.</summary>
    public static string ExtensionOf(string? format) => format switch
    {
        "jpeg" => "jpg",
        "jpeg xl" => "jxl",
        "jpeg 2000" => "jp2",
        "jpeg xr" => "jxr",
        "heif" => "heic",
        "tiff" => "tif",
        "png" or "gif" or "webp" or "bmp" or "ico" or "cur" or "avif" or "svg" or "psd" or "icns" or "qoi" or "dds" or "exr" or "xcf" or "djvu" or "flif" or "mng" or "jng" or "pnm" => format,
        _ => "bin",
    };

    // The first brand may be HEIF's general one; what the file is compatible with follows it.
    private static bool IsAvif(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || !bytes[4..].StartsWith("ftyp"u8)) return false;
        var brands = bytes[8..Math.Clamp((int)BinaryPrimitives.ReadUInt32BigEndian(bytes), 12, Math.Min(bytes.Length, 64))];
        return brands.IndexOf("avif"u8) >= 0 || brands.IndexOf("avis"u8) >= 0;
    }

    // "BM" alone could begin a text; the size of the header (BITMAPCOREHEADER to BITMAPV5HEADER, OS/2's among them) cannot.
    private static bool IsBmp(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("BM"u8) && (bytes.Length < 18 || bytes[14..18] is [12 or 16 or 40 or 52 or 56 or 64 or 108 or 124, 0, 0, 0]);

    // Web pages in any ASCII-compatible encoding, JSON, PNM's text header: no control characters but white space. UTF-16 has a mark.
    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Encoding.Unicode.Preamble) || bytes.StartsWith(Encoding.BigEndianUnicode.Preamble)) return true;
        foreach (var c in bytes[..Math.Min(bytes.Length, 512)])
        {
            if (c < ' ' && c is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1B)) return false;
        }

        return true;
    }
}
