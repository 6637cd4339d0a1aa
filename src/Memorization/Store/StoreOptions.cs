using System.ComponentModel.DataAnnotations;

namespace Memorization.Store;

/// <summary>Where the study's data lies and how often it becomes durable.</summary>
public sealed record StoreOptions
{
    /// <summary>The store's folder, relative to the study file.</summary>
    public string Path { get; init; } = "store";

    /// <summary>Rows that end between two commits, at most.</summary>
    [Range(1, 1_000_000)]
    public int CommitRows { get; init; } = 4096;

    /// <summary>Seconds between two commits, at most, while rows end.</summary>
    [Range(1, 86_400)]
    public int CommitSeconds { get; init; } = 60;
}
