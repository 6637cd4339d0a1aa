namespace Memorization.Store;

/// <summary>What has ended since the last commit, table by table. Not thread-safe.</summary>
internal sealed class PendingBatch
{
    public List<RowRecord> Rows { get; } = [];

    public List<RowRecord> Duplicates { get; } = [];

    public List<VerdictRecord> Verdicts { get; } = [];

    public List<ThumbnailRecord> Thumbnails { get; } = [];

    public List<EmbeddingRecord> Embeddings { get; } = [];

    public List<ImageRecord> Images { get; } = [];

    public List<FinishedUnit> Finished { get; } = [];

    /// <summary>Images whose embedding is among <see cref="Embeddings"/>.</summary>
    public List<StoredImage> NewImages { get; } = [];

    public bool IsEmpty => Rows.Count + Duplicates.Count + Verdicts.Count + Images.Count + Embeddings.Count + Finished.Count == 0;

    /// <summary>Writes all files, then makes them true in the order in which each table needs only those before it.</summary>
    public async Task CommitAsync(HeldStore store, StoreScope scope)
    {
        List<TableCommit> commits = [];
        await WriteAsync(Tables.Rows, null, Rows).ConfigureAwait(false);
        await WriteAsync(Tables.Duplicates, null, Duplicates).ConfigureAwait(false);
        await WriteAsync(Tables.Verdicts, scope.Filter, Verdicts).ConfigureAwait(false);
        await WriteAsync(Tables.Thumbnails, null, Thumbnails).ConfigureAwait(false);
        await WriteAsync(Tables.Embeddings, scope.Model, Embeddings).ConfigureAwait(false);
        await WriteAsync(Tables.Images, null, Images).ConfigureAwait(false);
        var units = Finished.ConvertAll(unit => (Unit: unit, Application: $"{scope.Filter}/{scope.Model}:{unit.Unit}"))
            .ConvertAll(unit => (unit.Unit, unit.Application, Generation: store.Tables[Tables.Units].TransactionOf(unit.Application) + 1));
        await WriteAsync(Tables.Units, null, [.. units.SelectMany(unit => Records(unit.Unit, scope, unit.Generation))]).ConfigureAwait(false);
        foreach (var commit in commits)
        {
            var transactions = commit.Table.Name == Tables.Units ? units.ToDictionary(unit => unit.Application, unit => unit.Generation) : [];
            await store.CommitAsync(commit with { Transactions = transactions }).ConfigureAwait(false);
        }

        async Task WriteAsync<T>(string name, string? partition, List<T> records)
            where T : class, new()
        {
            var table = Tables.Of(name);
            if (await store.WriteAsync(table, partition, records).ConfigureAwait(false) is { } file) commits.Add(new TableCommit(table, "WRITE", [file]));
        }
    }

    /// <summary>Begins anew.</summary>
    /// <returns>What was committed.</returns>
    public CommittedBatch Clear()
    {
        var batch = new CommittedBatch([.. NewImages]);
        Rows.Clear();
        Duplicates.Clear();
        Verdicts.Clear();
        Thumbnails.Clear();
        Embeddings.Clear();
        Images.Clear();
        Finished.Clear();
        NewImages.Clear();
        return batch;
    }

    private static IEnumerable<UnitRecord> Records(FinishedUnit unit, StoreScope scope, long generation)
    {
        UnitRecord Record(string? reason, long rows) => new() { Unit = unit.Unit, Filter = scope.Filter, Model = scope.Model, Reason = reason, Rows = rows, Generation = generation };
        return unit.Reasons.Select(reason => Record(reason.Key.ToString(), reason.Value)).Prepend(Record(null, unit.Kept));
    }
}
