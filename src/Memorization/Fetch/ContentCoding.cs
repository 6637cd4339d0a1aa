using System.IO.Compression;

namespace Memorization.Fetch;

/// <summary>Undoes the Content-Encoding of servers that compress though nobody asked. What comes out is bounded by whoever reads it.</summary>
internal static class ContentCoding
{
    /// <summary>The body without its encoding; null for one that is not known, or for several on top of each other.</summary>
    public static Stream? Decode(Stream body, string? encoding) => encoding?.Trim().ToLowerInvariant() switch
    {
        null or "" or "identity" => body,
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        _ => null,
    };
}
