using System.Text.Json.Serialization;
using Memorization.Store;

namespace Memorization.Configuration;

/// <summary>One study: what is read, which captions are wanted, and how each stage works. Paths are relative to the study file.</summary>
public sealed record Study
{
    /// <summary>Where the JSON schema lies, for editors.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>Name of the study, shown in tables and logs.</summary>
    public string Name { get; init; } = "study";

    /// <summary>LAION Parquet files: paths and patterns with * and **.</summary>
    public IReadOnlyList<string> Input { get; init; } = [];

    /// <summary>Word sets, OR-ed: a caption is wanted if every word of one set stands in it. None: every caption is wanted.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>Where the data lies.</summary>
    public StoreOptions Store { get; init; } = new();
}
