namespace Memorization.Objects;

/// <summary>Which bytes of an image are looked at.</summary>
public enum PixelSource
{
    /// <summary>Neither its bytes nor a thumbnail were kept.</summary>
    None,

    /// <summary>The thumbnail: 112 pixels of the centre crop.</summary>
    Thumbnail,

    /// <summary>The bytes as received: the whole picture.</summary>
    Original,
}

/// <summary>The encoded bytes of an image.</summary>
/// <param name="ContentId">SHA-256 of the bytes received.</param>
/// <param name="Source">Which bytes these are.</param>
/// <param name="Bytes">The bytes; null if they cannot be read, or are not those that were received.</param>
internal sealed record EncodedImage(string ContentId, PixelSource Source, byte[]? Bytes);

/// <summary>Where images come from that are searched for an object.</summary>
internal interface IEncodedImages
{
    /// <summary>What there is of an image.</summary>
    PixelSource SourceOf(string content);

    /// <summary>Reads images of which there is something, as they are asked for, in any order.</summary>
    IAsyncEnumerable<EncodedImage> ReadAsync(IEnumerable<string> contents, CancellationToken stop);
}
