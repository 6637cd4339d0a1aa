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
    private const string KeptSql = """
        SELECT DISTINCT content_id FROM images JOIN verdicts USING (row_key) WHERE kept AND outcome = 'kept'
        """;

    private readonly HeldStore _store;
    private readonly StoreScope _scope;
    private readonly SpanningForest _forest;
    private readonly HashSet<string> _nodes;
    private readonly Snapshot? _current;
    private readonly int _parallelism;

    private FamilyStore(HeldStore store, StoreScope scope, SpanningForest forest, HashSet<string> nodes, Snapshot? current, int parallelism)
    {
        _store = store;
        _scope = scope;
        _forest = forest;
        _nodes = nodes;
        _current = current;
        _parallelism = parallelism;
    }

    /// <summary>Loads the forest of the newest snapshot and inserts what was committed since.</summary>
    /// <param name="store">The store.</param>
    /// <param name="scope">Where, and under which filter and model.</param>
    /// <param name="dimension">Numbers per embedding.</param>
    /// <param name="options">Thresholds and parallelism.</param>
    /// <param name="stop">Stops the insertion.</param>
    public static async Task<FamilyStore> OpenAsync(HeldStore store, StoreScope scope, int dimension, ClusterOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(options);
        var current = await Snapshot.ReadCurrentAsync(scope.Store).ConfigureAwait(false);
        using var database = scope.Open(store.Tables);

        var nodes = new HashSet<string>();
        IEnumerable<ForestEdge> edges = [];
        if (current is not null && current.Model == scope.Model && current.StoreThreshold == options.StoreThreshold)
        {
            var published = await StoreTables.ReadAsync(scope.Store, current.Tables).ConfigureAwait(false);
            nodes = [.. (await published.ReadAsync<FamilyRecord>(Tables.Of(Tables.Families), scope.Model).ConfigureAwait(false)).Select(record => record.ContentId)];
            edges = (await published.ReadAsync<ForestEdgeRecord>(Tables.Of(Tables.Forest), scope.Model).ConfigureAwait(false)).Select(ToEdge);
        }

        var vectors = new VectorSet(dimension);
        vectors.Add(Load(database, nodes));
        var parallelism = options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism;
        var families = new FamilyStore(store, scope, SpanningForest.Restore(vectors, edges, options), nodes, current, parallelism);
        families.InsertMissing(database, Kept(database), stop);
        return families;
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
        var families = await OpenAsync(held, scope, dimension, options with { Threshold = at, StoreThreshold = current.StoreThreshold }, stop).ConfigureAwait(false);
        return await families.PublishAsync(at, time, stop).ConfigureAwait(false);
    }

    /// <summary>Compares a commit's images with all before them.</summary>
    public ValueTask RunAsync(CommittedBatch batch, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Insert([.. batch.Images.Where(image => _nodes.Add(image.ContentId)).Select(image => new KeyedVector(ContentKey.Parse(image.ContentId), image.Embedding))], stop);
        return ValueTask.CompletedTask;
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
        using (var database = _scope.Open(_store.Tables))
        {
            // Images that an earlier filter had brought, and that this one keeps too, never passed through the graph; others it may keep no more.
            var kept = Kept(database);
            InsertMissing(database, kept, stop);
            RemoveExcept(kept, stop);
        }

        var number = (_current?.Number ?? -1) + 1;
        var families = _forest.Cut(threshold);
        var shapes = StarCover.Of(_forest.Vectors, families, _parallelism, stop);
        var published = await StoreTables.ReadAsync(_scope.Store, _current?.Tables ?? new Dictionary<string, long>()).ConfigureAwait(false);
        var (named, events, next) = StableIds.Follow(await BeforeAsync(published).ConfigureAwait(false), families, _current?.NextName ?? 0);
        await ReplaceAsync(Tables.Forest, _forest.Edges().Select(ToRecord)).ConfigureAwait(false);
        await ReplaceAsync(Tables.Families, shapes.SelectMany(ToRecords).OrderBy(record => record.ContentId, StringComparer.Ordinal)).ConfigureAwait(false);
        await ReplaceAsync(Tables.FamilyNames, named.Zip(shapes, ToRecord)).ConfigureAwait(false);
        await CommitAsync(Tables.FamilyLog, [.. events.Select(change => ToRecord(number, change))], Unpublished(Tables.FamilyLog, published)).ConfigureAwait(false);
        await _store.PublishAsync(new Snapshot(
            number, _store.Tables.Versions, _scope.Filter, _scope.Model, threshold, _forest.StoreThreshold, next, time.GetUtcNow(), _scope.Run)).ConfigureAwait(false);
        return true;
    }

    private bool IsPublished(double threshold) => _current is { } same && same.Filter == _scope.Filter && same.Model == _scope.Model
        && same.Threshold == threshold && same.StoreThreshold == _forest.StoreThreshold
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

    private void InsertMissing(StoreDatabase database, HashSet<string> kept, CancellationToken stop)
    {
        var missing = kept.Where(content => !_nodes.Contains(content)).ToHashSet();
        if (missing.Count == 0) return;
        Insert(Load(database, missing), stop);
        _nodes.UnionWith(missing);
    }

    private void RemoveExcept(HashSet<string> kept, CancellationToken stop)
    {
        var gone = _nodes.Where(content => !kept.Contains(content)).ToList();
        if (gone.Count == 0) return;
        _forest.Remove(gone.ConvertAll(ContentKey.Parse), stop);
        _nodes.ExceptWith(gone);
    }

    private static HashSet<string> Kept(StoreDatabase database) => database.Query(KeptSql, reader => reader.GetString(0)).ToHashSet();

    private void Insert(List<KeyedVector> vectors, CancellationToken stop)
    {
        try
        {
            if (vectors.Count > 0) _forest.Insert(vectors, stop);
        }
        catch (NotSupportedException missing)
        {
            throw new SetupException($"cluster.device: {missing.Message}", missing);
        }
    }

    private static List<KeyedVector> Load(StoreDatabase database, HashSet<string> contents) => contents.Count == 0 ? [] : [.. database
        .Query("SELECT content_id, embedding FROM embeddings", reader => (Content: reader.GetString(0), Values: (List<float>)reader.GetValue(1)))
        .Where(row => contents.Contains(row.Content))
        .Select(row => new KeyedVector(ContentKey.Parse(row.Content), row.Values.ConvertAll(value => (Half)value).ToArray()))];

    private static ForestEdge ToEdge(ForestEdgeRecord record) => new(ContentKey.Parse(record.A), ContentKey.Parse(record.B), record.Similarity);

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
