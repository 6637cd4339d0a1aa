using System.Globalization;
using System.Text.Json.Serialization;
using Parquet.Schema;
using Parquet.Serialization;
using Parquet.Serialization.Attributes;

namespace Memorization.Store;

/// <summary>A table of the store.</summary>
/// <param name="Name">The folder below the store, and the view's name.</param>
/// <param name="Record">The record whose properties are the columns.</param>
/// <param name="Partition">The column that files are partitioned by, and that no file has; null if there is none.</param>
internal sealed record TableDefinition(string Name, Type Record, string? Partition = null)
{
    /// <summary>The columns that the files have.</summary>
    public IReadOnlyList<TableColumn> Columns { get; } = [.. Record.GetParquetSchema(forWriting: true).Fields.Select(TableColumn.From)];
}

/// <summary>The tables of a store. The records' property names are the column names; they are part of the format: columns may be added, not renamed.</summary>
internal static class Tables
{
    public const string Rows = "rows";
    public const string Duplicates = "duplicates";
    public const string Verdicts = "verdicts";
    public const string Images = "images";
    public const string Thumbnails = "thumbnails";
    public const string Embeddings = "embeddings";
    public const string Units = "units";
    public const string Families = "families";
    public const string FamilyNames = "family_names";
    public const string FamilyLog = "family_log";
    public const string Forest = "forest";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TableDefinition> All { get; } =
    [
        new(Rows, typeof(RowRecord)),
        new(Duplicates, typeof(RowRecord)),
        new(Verdicts, typeof(VerdictRecord), "filter"),
        new(Images, typeof(ImageRecord)),
        new(Thumbnails, typeof(ThumbnailRecord)),
        new(Embeddings, typeof(EmbeddingRecord), "model"),
        new(Units, typeof(UnitRecord)),
        new(Families, typeof(FamilyRecord), "model"),
        new(FamilyNames, typeof(FamilyNameRecord), "model"),
        new(FamilyLog, typeof(FamilyEventRecord), "model"),
        new(Forest, typeof(ForestEdgeRecord), "model"),
    ];

    /// <summary>The table of that name.</summary>
    public static TableDefinition Of(string name) => All.First(table => table.Name == name);
}

/// <summary>A selected row: what the metadata says, whatever became of it.</summary>
internal sealed record RowRecord
{
    [JsonPropertyName("row_key"), ParquetRequired] public string RowKey { get; set; } = "";

    /// <summary>The key's first 15 digits as a number, by which keys are looked for (<see cref="KeyPrefixScan"/>). Null in files of earlier versions.</summary>
    [JsonPropertyName("key_prefix")]
    public long? KeyPrefix
    {
        get => PrefixOf(UInt128.Parse(RowKey, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        set => _ = value; // made of the key, also where it was read
    }

    [JsonPropertyName("url")] public string? Url { get; set; }
    [JsonPropertyName("caption"), ParquetRequired] public string Caption { get; set; } = "";
    [JsonPropertyName("width")] public int? Width { get; set; }
    [JsonPropertyName("height")] public int? Height { get; set; }
    [JsonPropertyName("license")] public string? License { get; set; }
    [JsonPropertyName("nsfw")] public string? Nsfw { get; set; }
    [JsonPropertyName("similarity")] public double? Similarity { get; set; }
    [JsonPropertyName("token_count")] public int? TokenCount { get; set; }
    [JsonPropertyName("source_content"), ParquetRequired] public string SourceContent { get; set; } = "";
    [JsonPropertyName("source_row_group")] public int SourceRowGroup { get; set; }
    [JsonPropertyName("source_row")] public int SourceRow { get; set; }

    internal const int PrefixBits = 60;

    internal static long PrefixOf(UInt128 key) => (long)(key >> (128 - PrefixBits));
}

/// <summary>What came of asking for a row's image.</summary>
internal sealed record ImageRecord
{
    [JsonPropertyName("row_key"), ParquetRequired] public string RowKey { get; set; } = "";
    [JsonPropertyName("url"), ParquetRequired] public string Url { get; set; } = "";
    [JsonPropertyName("outcome"), ParquetRequired] public string Outcome { get; set; } = "";
    [JsonPropertyName("reason")] public string? Reason { get; set; }
    [JsonPropertyName("detail")] public string? Detail { get; set; }
    [JsonPropertyName("http_status")] public int? HttpStatus { get; set; }
    [JsonPropertyName("attempts")] public int Attempts { get; set; }

    // Of finer timestamps Parquet.Net writes wrong statistics, by which readers then skip rows that are there.
    [JsonPropertyName("fetched_at"), ParquetTimestamp(ParquetTimestampResolution.Milliseconds, true, true)]
    public DateTime? FetchedAt { get; set; }

    [JsonPropertyName("elapsed_ms")] public int ElapsedMilliseconds { get; set; }
    [JsonPropertyName("content_id")] public string? ContentId { get; set; }
    [JsonPropertyName("bytes")] public long? Bytes { get; set; }
    [JsonPropertyName("mime")] public string? MediaType { get; set; }
    [JsonPropertyName("format")] public string? Format { get; set; }
    [JsonPropertyName("width")] public int? Width { get; set; }
    [JsonPropertyName("height")] public int? Height { get; set; }

    /// <summary>As the server sent them, to ask later whether the image has changed; null if it did not.</summary>
    [JsonPropertyName("etag")] public string? ETag { get; set; }
    [JsonPropertyName("last_modified")] public string? LastModified { get; set; }

    /// <summary>Fingerprint of the options that the outcome came of; null if it came of none.</summary>
    [JsonPropertyName("rules")] public string? Rules { get; set; }

    /// <summary>Runs in a row in which the row failed for a reason that may pass by itself.</summary>
    [JsonPropertyName("failures")] public int? Failures { get; set; }

    /// <summary>The shard that holds the bytes, where they begin in it, and their number is <c>length</c>; null if they were not kept.</summary>
    [JsonPropertyName("blob")] public string? Blob { get; set; }
    [JsonPropertyName("offset")] public long? Offset { get; set; }
    [JsonPropertyName("length")] public long? Length { get; set; }

    /// <summary>The table's version that brought the record: of a row's records the one with the highest counts.</summary>
    [JsonPropertyName("version")] public long? Version { get; set; }

    public const string Kept = "kept";
    public const string Rejected = "rejected";
}

/// <summary>What one filter says of a selected row, from the row alone.</summary>
internal sealed record VerdictRecord
{
    [JsonPropertyName("row_key"), ParquetRequired] public string RowKey { get; set; } = "";
    [JsonPropertyName("kept")] public bool Kept { get; set; }
    [JsonPropertyName("reason")] public string? Reason { get; set; }
    [JsonPropertyName("detail")] public string? Detail { get; set; }
}

/// <summary>How many rows of a unit (a row group) ended for a reason under a filter and a model; null for those that are stored.</summary>
internal sealed record UnitRecord
{
    [JsonPropertyName("unit"), ParquetRequired] public string Unit { get; set; } = "";
    [JsonPropertyName("filter"), ParquetRequired] public string Filter { get; set; } = "";
    [JsonPropertyName("model"), ParquetRequired] public string Model { get; set; } = "";
    [JsonPropertyName("reason")] public string? Reason { get; set; }
    [JsonPropertyName("rows")] public long Rows { get; set; }

    /// <summary>Counts up each time that the unit is finished: the highest counts.</summary>
    [JsonPropertyName("generation")] public long Generation { get; set; }
}

/// <summary>An image's place in a model's space; the floats are float16-exact.</summary>
internal sealed record EmbeddingRecord
{
    [JsonPropertyName("content_id"), ParquetRequired] public string ContentId { get; set; } = "";
    [JsonPropertyName("embedding"), ParquetRequired, ParquetListElementRequired] public float[] Embedding { get; set; } = [];
}

/// <summary>A distinct image as a person sees it in the report; the same under every model.</summary>
internal sealed record ThumbnailRecord
{
    [JsonPropertyName("content_id"), ParquetRequired] public string ContentId { get; set; } = "";
    [JsonPropertyName("mime"), ParquetRequired] public string MediaType { get; set; } = "";
    [JsonPropertyName("image"), ParquetRequired] public byte[] Image { get; set; } = [];
}

/// <summary>The family of an image, named by the smallest content id in it, and its star: the member that it resembles.</summary>
internal sealed record FamilyRecord
{
    [JsonPropertyName("content_id"), ParquetRequired] public string ContentId { get; set; } = "";
    [JsonPropertyName("family"), ParquetRequired] public string Family { get; set; } = "";
    [JsonPropertyName("star")] public string? Star { get; set; }
    [JsonPropertyName("similarity_to_leader")] public double? SimilarityToLeader { get; set; }
}

/// <summary>A family as a whole, and the name that outlives changes of its members.</summary>
internal sealed record FamilyNameRecord
{
    [JsonPropertyName("family"), ParquetRequired] public string Family { get; set; } = "";
    [JsonPropertyName("stable_id")] public long StableId { get; set; }
    [JsonPropertyName("anchor"), ParquetRequired] public string Anchor { get; set; } = "";
    [JsonPropertyName("contents")] public int Contents { get; set; }
    [JsonPropertyName("stars")] public int Stars { get; set; }
    [JsonPropertyName("least_similarity")] public double LeastSimilarity { get; set; }
}

/// <summary>What became of a family's name in a snapshot.</summary>
internal sealed record FamilyEventRecord
{
    [JsonPropertyName("snapshot")] public long Snapshot { get; set; }
    [JsonPropertyName("stable_id")] public long StableId { get; set; }
    [JsonPropertyName("change"), ParquetRequired] public string Change { get; set; } = "";
    [JsonPropertyName("other")] public long? Other { get; set; }
    [JsonPropertyName("contents")] public int Contents { get; set; }
}

/// <summary>An edge of the maximum spanning forest.</summary>
internal sealed record ForestEdgeRecord
{
    [JsonPropertyName("a"), ParquetRequired] public string A { get; set; } = "";
    [JsonPropertyName("b"), ParquetRequired] public string B { get; set; } = "";
    [JsonPropertyName("similarity")] public double Similarity { get; set; }
}
