using System.Text.Json.Serialization;
using Memorization.Analysis;
using Memorization.Captions;
using Memorization.Clustering;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Images;
using Memorization.Objects;
using Memorization.Report;
using Memorization.Rows;
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

    /// <summary>Which rows are wanted, decided from the row alone.</summary>
    public Filters Filters { get; init; } = new();

    /// <summary>How images are fetched.</summary>
    public FetchOptions Fetch { get; init; } = new();

    /// <summary>Which images are decoded.</summary>
    public DecodeOptions Decode { get; init; } = new();

    /// <summary>Which model embeds the images, and how it is run.</summary>
    public ModelOptions Model { get; init; } = new();

    /// <summary>When two images are near-identical.</summary>
    public ClusterOptions Cluster { get; init; } = new();

    /// <summary>Where the data lies.</summary>
    public StoreOptions Store { get; init; } = new();

    /// <summary>What the tables show.</summary>
    public AnalysisOptions Analysis { get; init; } = new();

    /// <summary>Objects that may be in pictures whose captions do not name them.</summary>
    public IReadOnlyList<ObjectOptions> Objects { get; init; } = [];

    /// <summary>How much the report shows.</summary>
    public ReportOptions Report { get; init; } = new();
}

/// <summary>Which rows are wanted, decided from the row alone.</summary>
public sealed record Filters
{
    /// <summary>Which rows are wanted by their similarity, sizes, NSFW value and licence.</summary>
    public MetadataOptions Metadata { get; init; } = new();

    /// <summary>Which captions are wanted.</summary>
    public CaptionOptions Caption { get; init; } = new();
}
