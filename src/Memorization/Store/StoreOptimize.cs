namespace Memorization.Store;

/// <summary>What <see cref="StoreOptimize"/> did with a table.</summary>
/// <param name="Table">The table.</param>
/// <param name="FilesBefore">Files that were merged.</param>
/// <param name="FilesAfter">Files that hold their rows now.</param>
/// <param name="Superseded">Records that were left out because a later one of the same row counts.</param>
public sealed record OptimizedTable(string Table, int FilesBefore, int FilesAfter, long Superseded);

/// <summary>Merges the small files that nightly commits leave, table by table; readers of older snapshots keep their files until they are vacuumed.</summary>
public sealed class StoreOptimize(HeldStore store, TimeProvider time)
{
    // About a quarter of a million records are in memory at once.
    private const int MostRows = 250_000;
    private const long MostBytes = 64L << 20;

    private readonly List<OptimizedTable> _done = [];

    /// <summary>Merges what can be merged. Each table is one commit; where the newest snapshot is of the newest versions, a snapshot of the new ones follows.</summary>
    /// <param name="stop">Stops between two tables.</param>
    public async Task<IReadOnlyList<OptimizedTable>> RunAsync(CancellationToken stop)
    {
        var current = await Snapshot.ReadCurrentAsync(store.Path).ConfigureAwait(false);
        var before = store.Tables.Versions;
        await MergeAsync<RowRecord>(Tables.Rows, stop).ConfigureAwait(false);
        await MergeAsync<RowRecord>(Tables.Duplicates, stop).ConfigureAwait(false);
        await MergeAsync<VerdictRecord>(Tables.Verdicts, stop).ConfigureAwait(false);
        await MergeAsync<ImageRecord>(Tables.Images, stop, Superseded()).ConfigureAwait(false);
        await MergeAsync<ThumbnailRecord>(Tables.Thumbnails, stop).ConfigureAwait(false);
        await MergeAsync<EmbeddingRecord>(Tables.Embeddings, stop).ConfigureAwait(false);
        await MergeAsync<UnitRecord>(Tables.Units, stop).ConfigureAwait(false);
        await MergeAsync<FamilyEventRecord>(Tables.FamilyLog, stop).ConfigureAwait(false);
        // What a cut-off run committed after its last snapshot is for the next run to publish.
        if (_done.Count > 0 && current is not null && before.SequenceEqual(current.Tables))
            await store.PublishAsync(current with { Number = current.Number + 1, Tables = store.Tables.Versions, CreatedAt = time.GetUtcNow() }).ConfigureAwait(false);
        return _done;
    }

    private async Task MergeAsync<T>(string name, CancellationToken stop, Func<T, bool>? isSuperseded = null)
        where T : class, new()
    {
        var table = Tables.Of(name);
        List<DeltaAdd> merged = [];
        List<DataFile> written = [];
        var superseded = 0L;
        foreach (var partition in store.Tables.Files(table).GroupBy(file => table.Partition is null ? null : file.PartitionValues[table.Partition]))
        {
            foreach (var group in Groups(partition))
            {
                stop.ThrowIfCancellationRequested();
                List<T> records = [];
                foreach (var file in group) records.AddRange(await TableFile.ReadAsync<T>(store.Tables.PathOf(name, file.Path)).ConfigureAwait(false));
                if (isSuperseded is not null) superseded += records.RemoveAll(record => isSuperseded(record));
                if (await store.WriteAsync(table, partition.Key, records, written.Count + 1).ConfigureAwait(false) is { } one) written.Add(one);
                merged.AddRange(group);
            }
        }

        if (merged.Count == 0) return;
        await store.CommitAsync(new TableCommit(table, "OPTIMIZE", written) { Removed = merged, DataChange = superseded > 0 }).ConfigureAwait(false);
        _done.Add(new OptimizedTable(name, merged.Count, written.Count, superseded));
    }

    // Neighbours in time stay together, so that the statistics still tell files apart.
    private static IEnumerable<List<DeltaAdd>> Groups(IEnumerable<DeltaAdd> files)
    {
        List<DeltaAdd> group = [];
        var (rows, bytes) = (0L, 0L);
        foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            var fileRows = FileStatistics.Rows(file.Stats);
            if (fileRows >= MostRows / 2 || file.Size >= MostBytes / 2) continue;
            if (rows + fileRows > MostRows || bytes + file.Size > MostBytes)
            {
                if (group.Count > 1) yield return group;
                group = [];
                (rows, bytes) = (0, 0);
            }

            group.Add(file);
            (rows, bytes) = (rows + fileRows, bytes + file.Size);
        }

        if (group.Count > 1) yield return group;
    }

    // Rows that were tried more than once, with the version that counts.
    private Func<ImageRecord, bool> Superseded()
    {
        using var database = StoreDatabase.OfAllRecords(store.Tables, Tables.Of(Tables.Images));
        Dictionary<string, long> newest = [];
        database.ForEach(
            "SELECT row_key, max(coalesce(version, -1)) FROM images GROUP BY row_key HAVING count(*) > 1", reader => newest.Add(reader.GetString(0), reader.GetInt64(1)));
        return record => newest.TryGetValue(record.RowKey, out var last) && (record.Version ?? -1) < last;
    }
}
