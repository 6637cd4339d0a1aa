using System.Text.Json.Serialization;
using Parquet.Serialization.Attributes;

namespace Memorization.Store;

/// <summary>One line of a commit, one row of a checkpoint: exactly one of its members is there.</summary>
/// <remarks>Names, types and meanings are those of Delta Lake's protocol (github.com/delta-io/delta, PROTOCOL.md), reader version 1, writer version 2.</remarks>
internal sealed class DeltaAction
{
    /// <summary>Who made the commit; free-form, and not in checkpoints.</summary>
    [JsonPropertyName("commitInfo"), ParquetIgnore] public DeltaCommitInfo? CommitInfo { get; set; }

    [JsonPropertyName("protocol")] public DeltaProtocol? Protocol { get; set; }

    [JsonPropertyName("metaData")] public DeltaMetaData? MetaData { get; set; }

    [JsonPropertyName("txn")] public DeltaTransaction? Transaction { get; set; }

    [JsonPropertyName("add")] public DeltaAdd? Add { get; set; }

    [JsonPropertyName("remove")] public DeltaRemove? Remove { get; set; }
}

/// <summary>What a commit did, for people.</summary>
internal sealed class DeltaCommitInfo
{
    [JsonPropertyName("timestamp")] public long Timestamp { get; set; }
    [JsonPropertyName("operation")] public string Operation { get; set; } = "";
    [JsonPropertyName("operationParameters")] public Dictionary<string, string> OperationParameters { get; set; } = [];
    [JsonPropertyName("isBlindAppend")] public bool IsBlindAppend { get; set; }
    [JsonPropertyName("engineInfo")] public string EngineInfo { get; set; } = "";
    [JsonPropertyName("run")] public string Run { get; set; } = "";
}

/// <summary>What a reader and a writer of the table have to understand.</summary>
internal sealed class DeltaProtocol
{
    [JsonPropertyName("minReaderVersion")] public int MinReaderVersion { get; set; }
    [JsonPropertyName("minWriterVersion")] public int MinWriterVersion { get; set; }
}

/// <summary>The table's identity, format and schema.</summary>
internal sealed class DeltaMetaData
{
    [JsonPropertyName("id")] public string Id { get; set; } = "";
    [JsonPropertyName("name")] public string? Name { get; set; }
    [JsonPropertyName("format")] public DeltaFormat Format { get; set; } = new();
    [JsonPropertyName("schemaString")] public string SchemaString { get; set; } = "";
    [JsonPropertyName("partitionColumns")] public List<string> PartitionColumns { get; set; } = [];
    [JsonPropertyName("configuration")] public Dictionary<string, string> Configuration { get; set; } = [];
    [JsonPropertyName("createdTime")] public long? CreatedTime { get; set; }
}

/// <summary>How the data files are encoded.</summary>
internal sealed class DeltaFormat
{
    [JsonPropertyName("provider")] public string Provider { get; set; } = "parquet";
    [JsonPropertyName("options")] public Dictionary<string, string> Options { get; set; } = [];
}

/// <summary>How far an application has come: whoever finds its version there knows that its work is done.</summary>
internal sealed class DeltaTransaction
{
    [JsonPropertyName("appId")] public string AppId { get; set; } = "";
    [JsonPropertyName("version")] public long Version { get; set; }
    [JsonPropertyName("lastUpdated")] public long? LastUpdated { get; set; }
}

/// <summary>A data file that is part of the table from this version on.</summary>
internal sealed class DeltaAdd
{
    /// <summary>Relative to the table, URL-encoded.</summary>
    [JsonPropertyName("path")] public string Path { get; set; } = "";
    [JsonPropertyName("partitionValues")] public Dictionary<string, string> PartitionValues { get; set; } = [];
    [JsonPropertyName("size")] public long Size { get; set; }
    [JsonPropertyName("modificationTime")] public long ModificationTime { get; set; }
    [JsonPropertyName("dataChange")] public bool DataChange { get; set; }

    /// <summary><see cref="FileStatistics"/> as JSON.</summary>
    [JsonPropertyName("stats")] public string? Stats { get; set; }

    /// <summary>Holds the file's SHA-256 under <see cref="Sha256"/>.</summary>
    [JsonPropertyName("tags")] public Dictionary<string, string>? Tags { get; set; }

    public const string Sha256 = "sha256";
}

/// <summary>A data file that is no part of the table from this version on; it stays on the disk while an older version needs it.</summary>
internal sealed class DeltaRemove
{
    [JsonPropertyName("path")] public string Path { get; set; } = "";
    [JsonPropertyName("deletionTimestamp")] public long? DeletionTimestamp { get; set; }
    [JsonPropertyName("dataChange")] public bool DataChange { get; set; }
    [JsonPropertyName("extendedFileMetadata")] public bool? ExtendedFileMetadata { get; set; }
    [JsonPropertyName("partitionValues")] public Dictionary<string, string>? PartitionValues { get; set; }
    [JsonPropertyName("size")] public long? Size { get; set; }
}
