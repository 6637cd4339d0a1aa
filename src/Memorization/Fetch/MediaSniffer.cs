namespace Memorization.Fetch;

/// <summary>Tells images from text by their first bytes: what a server calls its answer is often wrong.</summary>
internal static class MediaSniffer
{
    /// <summary>As many bytes as browsers look at (mimesniff.spec.whatwg.org allows 1,445 at most).</summary>
    public const int Length = 512;

    /// <summary>True if the bytes, or else the name the server gives them, are a web page or other text.</summary>
    public static bool IsText(ReadOnlySpan<byte> start, string? mediaType)
    {
        if (IsImage(start)) return false;
        return LooksLikeText(start) || (mediaType is not null && (
            mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || mediaType.EndsWith("json", StringComparison.OrdinalIgnoreCase)
            || mediaType.EndsWith("xml", StringComparison.OrdinalIgnoreCase)));
    }

    // Formats that are only recognised further on (AVIF, TIFF …) are images too.
    private static bool IsImage(ReadOnlySpan<byte> b) =>
        b.StartsWith<byte>([0xFF, 0xD8, 0xFF]) || b.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G'])
        || b.StartsWith("GIF8"u8) || (b.StartsWith("RIFF"u8) && b.Length >= 12 && b[8..].StartsWith("WEBP"u8))
        || b.StartsWith("BM"u8) || b.StartsWith<byte>([0, 0, 1, 0]) || b.StartsWith<byte>([0, 0, 2, 0])
        || b.StartsWith("II*\0"u8) || b.StartsWith("MM\0*"u8) || (b.Length >= 12 && b[4..].StartsWith("ftyp"u8))
        || b.StartsWith<byte>([0xFF, 0x0A]) || b.StartsWith<byte>([0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ']);

    // Text is what has no byte that only binary data has (the standard's "binary data byte"), or what begins as markup does.
    private static bool LooksLikeText(ReadOnlySpan<byte> b)
    {
        if (b.StartsWith<byte>([0xFE, 0xFF]) || b.StartsWith<byte>([0xFF, 0xFE])) return true;
        var text = b.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? b[3..] : b;
        text = text.TrimStart(" \t\r\n\f"u8);
        if (text.Length > 1 && text[0] == '<' && (char.IsAsciiLetter((char)text[1]) || text[1] is (byte)'!' or (byte)'?')) return true;
        foreach (var value in b)
        {
            if (value < 0x20 && value is not (0x09 or 0x0A or 0x0C or 0x0D or 0x1B)) return false;
        }

        return true;
    }
}
