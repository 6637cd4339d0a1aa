using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Memorization.Store;

/// <summary>Writes what a commit changes as Delta's actions.</summary>
internal static class DeltaActions
{
    private const string EngineInfo = "Memorization";

    /// <summary>The lines of the commit; the first of a table also say what it is, and the first of a version that has added a column what it has become.</summary>
    /// <param name="commit">What changes.</param>
    /// <param name="state">The table before it.</param>
    /// <param name="store">The store's folder.</param>
    /// <param name="run">Who commits.</param>
    /// <param name="time">When.</param>
    public static IReadOnlyList<DeltaAction> Of(TableCommit commit, DeltaState state, string store, string run, DateTimeOffset time) => [.. Lines(commit, state, store, run, time.ToUnixTimeMilliseconds())];

    private static IEnumerable<DeltaAction> Lines(TableCommit commit, DeltaState state, string store, string run, long now)
    {
        yield return new DeltaAction
        {
            CommitInfo = new DeltaCommitInfo
            {
                Timestamp = now,
                Operation = commit.Operation,
                IsBlindAppend = commit.Removed.Count == 0,
                EngineInfo = EngineInfo,
                Run = run,
            },
        };
        if (state.Version < 0) yield return new DeltaAction { Protocol = new DeltaProtocol { MinReaderVersion = 1, MinWriterVersion = 2 } };
        var metaData = MetaData(commit.Table, $"{store} {commit.Table.Name} {run}", now);
        if (state.MetaData is { } before) (metaData.Id, metaData.CreatedTime) = (before.Id, before.CreatedTime);
        if (metaData.SchemaString != state.MetaData?.SchemaString) yield return new DeltaAction { MetaData = metaData };

        foreach (var transaction in commit.Transactions)
            yield return new DeltaAction { Transaction = new DeltaTransaction { AppId = transaction.Key, Version = transaction.Value, LastUpdated = now } };
        foreach (var removed in commit.Removed)
        {
            yield return new DeltaAction
            {
                Remove = new DeltaRemove
                {
                    Path = removed.Path,
                    DeletionTimestamp = now,
                    DataChange = commit.DataChange,
                    ExtendedFileMetadata = true,
                    PartitionValues = removed.PartitionValues,
                    Size = removed.Size,
                },
            };
        }

        foreach (var added in commit.Added)
        {
            yield return new DeltaAction
            {
                Add = new DeltaAdd
                {
                    Path = added.Path,
                    PartitionValues = commit.Table.Partition is { } column ? new() { [column] = added.Partition! } : [],
                    Size = added.Bytes,
                    ModificationTime = now,
                    DataChange = commit.DataChange,
                    Stats = added.Statistics,
                    Tags = new() { [DeltaAdd.Sha256] = added.Sha256 },
                },
            };
        }
    }

    private static DeltaMetaData MetaData(TableDefinition table, string seed, long now)
    {
        JsonArray fields = [.. table.Columns.Select(column => Field(column.Name, JsonNode.Parse(column.Delta)!, column.IsNullable))];
        if (table.Partition is { } partition) fields.Add(Field(partition, "string", isNullable: true));
        return new DeltaMetaData
        {
            Id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).AsSpan(0, 16)).ToString(),
            Name = table.Name,
            SchemaString = new JsonObject { ["type"] = "struct", ["fields"] = fields }.ToJsonString(),
            PartitionColumns = table.Partition is null ? [] : [table.Partition],
            CreatedTime = now,
        };

        static JsonObject Field(string name, JsonNode type, bool isNullable) =>
            new() { ["name"] = name, ["type"] = type, ["nullable"] = isNullable, ["metadata"] = new JsonObject() };
    }
}
