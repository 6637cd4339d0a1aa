using System.ComponentModel.DataAnnotations;

namespace Memorization.Store;

/// <summary>What a store keeps of an image.</summary>
public enum StoredImages
{
    /// <summary>Nothing: the report has placeholders.</summary>
    None,

    /// <summary>A JPEG of 112×112 pixels, about 3 KB, of the centre crop that the model sees.</summary>
    Thumbnail,

    /// <summary>The thumbnail, and the bytes as received in tar shards: another model or another rule for decoding then needs no request.</summary>
    Original,
}

/// <summary>Where the study's data lies and how often it becomes durable.</summary>
public sealed record StoreOptions
{
    /// <summary>The store's folder, relative to the study file.</summary>
    public string Path { get; init; } = "store";

    /// <summary>What is kept of each distinct image besides its embedding.</summary>
    public StoredImages Images { get; init; } = StoredImages.Thumbnail;

    /// <summary>Rows that end between two commits, at most.</summary>
    [Range(1, 1_000_000)]
    public int CommitRows { get; init; } = 65_536;

    /// <summary>Rows whose image was asked for that end between two commits, at most: what they hold in memory is much more.</summary>
    [Range(1, 1_000_000)]
    public int CommitImages { get; init; } = 4096;

    /// <summary>Seconds between two commits, at most, while rows end.</summary>
    [Range(1, 86_400)]
    public int CommitSeconds { get; init; } = 60;
}
