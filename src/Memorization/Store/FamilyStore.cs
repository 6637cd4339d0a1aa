using Memorization.Clustering;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>Stage: puts every committed image into the spanning forest, and makes forest and families durable at the end of the run.</summary>
/// <remarks>
/// The forest covers the images that the current filter keeps, under the current model. It goes on from the newest snapshot where that is of the same model
/// and keeps links from the same similarity, so a nightly run compares only new images with all, and a changed filter costs what it brings and takes; otherwise it
/// is built anew from the stored embeddings.
/// Not thread-safe: the graph calls it one commit at a time.
/// </remarks>
public sealed class FamilyStore
{
    private readonly HeldStore _store;
    private readonly StoreScope _scope;
    private readonly Snapshot? _current;
    private readonly ClusterOptions _options;
    private readonly Func<CancellationToken, Task<FamilyMembers>> _load;
    private FamilyMembers? _members;

    private FamilyStore(HeldStore store, StoreScope scope, Snapshot? current, ClusterOptions options, Func<CancellationToken, Task<FamilyMembers>> load) =>
        (_store, _scope, _current, _options, _load) = (store, scope, current, options, load);

    /// <summary>Goes on from the newest snapshot. The forest is loaded once it is needed: a run that brings nothing never does.</summary>
    /// <param name="store">The store.</param>
    /// <param name="scope">Where, and under which filter and model.</param>
    /// <param name="dimension">Numbers per embedding.</param>
    /// <param name="options">Thresholds and parallelism.</param>
    public static async Task<FamilyStore> OpenAsync(HeldStore store, StoreScope scope, int dimension, ClusterOptions options)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(options);
        var current = await Snapshot.ReadCurrentAsync(scope.Store).ConfigureAwait(false);
        // By then the writer may be committing: what has been committed up to now is read from its own versions.
        var versions = store.Tables.Versions;
        return new FamilyStore(store, scope, current, options, async stop => await FamilyMembers.LoadAsync(
            await StoreTables.ReadAsync(scope.Store, versions).ConfigureAwait(false), scope, current, dimension, options, stop).ConfigureAwait(false));
    }

    /// <summary>Publishes the families of the newest snapshot at another threshold, from its forest and without comparing anything that it has compared.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="run">An id that no run of the store has.</param>
    /// <param name="threshold">Cosine at or above which two images are linked, from the snapshot's store threshold up; null leaves it as it is.</param>
    /// <param name="options">Parallelism and device.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Stops before anything is published.</param>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="SetupException">There is no snapshot, another process holds the store, or links are not kept down to the threshold.</exception>
    public static async Task<bool> ReclusterAsync(string store, string run, double? threshold, ClusterOptions options, TimeProvider time, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        var none = new SetupException($"there is no finished run in {store}; run `memorization run STUDY` first");
        if (!Directory.Exists(store)) throw none; // to take a lock makes the folder
        using var held = await HeldStore.TakeAsync(store, run, time).ConfigureAwait(false);
        var current = await Snapshot.ReadCurrentAsync(store).ConfigureAwait(false) ?? throw none;
        var at = threshold ?? current.Threshold;
        if (at < current.StoreThreshold)
            throw new SetupException(FormattableString.Invariant($"links are kept from {current.StoreThreshold} on, so that no threshold can lie below; set cluster.storeThreshold and run the study again"));
        var scope = new StoreScope(store, current.Run, current.Filter, current.Model);
        int dimension;
        using (var database = scope.Open(held.Tables))
            dimension = database.Query("SELECT len(embedding) FROM embeddings LIMIT 1", reader => (int)reader.GetInt64(0)).DefaultIfEmpty(1).First();
        var families = await OpenAsync(held, scope, dimension, options with { Threshold = at, StoreThreshold = current.StoreThreshold }).ConfigureAwait(false);
        return await families.PublishAsync(at, time, stop).ConfigureAwait(false);
    }

    /// <summary>Compares a commit's images with all before them.</summary>
    public async ValueTask RunAsync(CommittedBatch batch, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Images.Count > 0) (await MembersAsync(stop).ConfigureAwait(false)).Insert(batch.Images, stop);
    }

    /// <summary>Cuts the forest, writes families and forest, and publishes the snapshot that readers see.</summary>
    /// <param name="threshold">Cosine at or above which two images are linked.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Stops before anything is published.</param>
    /// <param name="isWhole">Whether the input was read to its end. If not, a snapshot of another filter or model stays: readers do not see half of a change.</param>
    /// <returns>Whether there was anything new to publish.</returns>
    public async Task<bool> PublishAsync(double threshold, TimeProvider time, CancellationToken stop, bool isWhole = true)
    {
        ArgumentNullException.ThrowIfNull(time);
        if (IsPublished(threshold)) return false;
        if (!isWhole && _current is { } other && (other.Filter != _scope.Filter || other.Model != _scope.Model)) return false;
        var members = await MembersAsync(stop).ConfigureAwait(false);
        using (var database = _scope.Open(_store.Tables)) members.Follow(database, stop);
        var number = (_current?.Number ?? -1) + 1;
        var families = members.Forest.Cut(threshold);
        var shapes = StarCover.Of(members.Forest.Vectors, families, _options.Parallelism == 0 ? Environment.ProcessorCount : _options.Parallelism, stop);
        var published = await StoreTables.ReadAsync(_scope.Store, _current?.Tables ?? new Dictionary<string, long>()).ConfigureAwait(false);
        var (named, events, next) = StableIds.Follow(await BeforeAsync(published).ConfigureAwait(false), families, _current?.NextName ?? 0);
        await ReplaceAsync(Tables.Forest, members.Forest.Edges().Select(ToRecord)).ConfigureAwait(false);
        await ReplaceAsync(Tables.Families, shapes.SelectMany(ToRecords).OrderBy(record => record.ContentId, StringComparer.Ordinal)).ConfigureAwait(false);
        await ReplaceAsync(Tables.FamilyNames, named.Zip(shapes, ToRecord)).ConfigureAwait(false);
        await CommitAsync(Tables.FamilyLog, [.. events.Select(change => ToRecord(number, change))], Unpublished(Tables.FamilyLog, published)).ConfigureAwait(false);
        await _store.PublishAsync(new Snapshot(
            number, _store.Tables.Versions, _scope.Filter, _scope.Model, threshold, _options.StoreThreshold, next, time.GetUtcNow(), _scope.Run)).ConfigureAwait(false);
        return true;
    }

    private async Task<FamilyMembers> MembersAsync(CancellationToken stop) => _members ??= await _load(stop).ConfigureAwait(false);

    private bool IsPublished(double threshold) => _current is { } same && same.Filter == _scope.Filter && same.Model == _scope.Model
        && same.Threshold == threshold && same.StoreThreshold == _options.StoreThreshold
        && same.Tables.Count == _store.Tables.Versions.Count && _store.Tables.Versions.All(table => same.Tables.TryGetValue(table.Key, out var version) && version == table.Value);

    // The model's own partition becomes what the records say.
    private Task ReplaceAsync<T>(string table, IEnumerable<T> records)
        where T : class, new() => CommitAsync(table, [.. records], [.. _store.Tables.Files(Tables.Of(table), _scope.Model)]);

    // A publication that was cut off wrote into the log what no snapshot knows of.
    private List<DeltaAdd> Unpublished(string table, StoreTables published) =>
        [.. _store.Tables[table].Files.Where(file => !published[table].Has(file.Path))];

    private async Task CommitAsync<T>(string table, List<T> records, List<DeltaAdd> removed)
        where T : class, new()
    {
        var definition = Tables.Of(table);
        var file = await _store.WriteAsync(definition, _scope.Model, records).ConfigureAwait(false);
        if (file is null && removed.Count == 0) return;
        await _store.CommitAsync(new TableCommit(definition, "WRITE", file is null ? [] : [file]) { Removed = removed }).ConfigureAwait(false);
    }

    // The families of the last snapshot under their names; none if it was of another model.
    private async Task<IReadOnlyList<NamedFamily>> BeforeAsync(StoreTables published)
    {
        var members = (await published.ReadAsync<FamilyRecord>(Tables.Of(Tables.Families), _scope.Model).ConfigureAwait(false))
            .ToLookup(record => record.Family, record => ContentKey.Parse(record.ContentId));
        return [.. (await published.ReadAsync<FamilyNameRecord>(Tables.Of(Tables.FamilyNames), _scope.Model).ConfigureAwait(false))
            .Select(record => new NamedFamily(record.StableId, ContentKey.Parse(record.Anchor), new Family(ContentKey.Parse(record.Family), [.. members[record.Family].Order()])))];
    }

    private static ForestEdgeRecord ToRecord(ForestEdge edge) => new() { A = edge.A.ToString(), B = edge.B.ToString(), Similarity = edge.Similarity };

    private static IEnumerable<FamilyRecord> ToRecords(FamilyShape shape) =>
        from star in shape.Stars
        from member in star.Members
        select new FamilyRecord { ContentId = member.Key.ToString(), Family = shape.Family.Id.ToString(), Star = star.Leader.ToString(), SimilarityToLeader = member.Similarity };

    private static FamilyNameRecord ToRecord(NamedFamily named, FamilyShape shape) => new()
    {
        Family = named.Family.Id.ToString(),
        StableId = named.Id,
        Anchor = named.Anchor.ToString(),
        Contents = named.Family.Members.Count,
        Stars = shape.Stars.Count,
        LeastSimilarity = shape.LeastSimilarity,
    };

    private static FamilyEventRecord ToRecord(long snapshot, FamilyEvent change) =>
        new() { Snapshot = snapshot, StableId = change.Id, Change = change.Change.ToString().ToLowerInvariant(), Other = change.Other, Contents = change.Members };
}
