using System.Globalization;
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

    private readonly StoreScope _scope;
    private readonly SpanningForest _forest;
    private readonly HashSet<string> _nodes;
    private readonly Snapshot? _current;
    private readonly int _parallelism;

    private FamilyStore(StoreScope scope, SpanningForest forest, HashSet<string> nodes, Snapshot? current, int parallelism)
    {
        _scope = scope;
        _forest = forest;
        _nodes = nodes;
        _current = current;
        _parallelism = parallelism;
    }

    /// <summary>Loads the forest of the newest snapshot and inserts what was committed since.</summary>
    /// <param name="scope">Where, and under which filter and model; the store's writer holds the lock.</param>
    /// <param name="dimension">Numbers per embedding.</param>
    /// <param name="options">Thresholds and parallelism.</param>
    /// <param name="stop">Stops the insertion.</param>
    public static async Task<FamilyStore> OpenAsync(StoreScope scope, int dimension, ClusterOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(options);
        var current = await Snapshot.ReadCurrentAsync(scope.Store).ConfigureAwait(false);
        using var database = scope.Open(await CommitLog.ReadAsync(scope.Store).ConfigureAwait(false));

        var nodes = new HashSet<string>();
        IEnumerable<ForestEdge> edges = [];
        if (current is not null && current.Model == scope.Model && current.StoreThreshold == options.StoreThreshold)
        {
            nodes = [.. (await ReadAsync<FamilyRecord>(scope.Store, current.Families).ConfigureAwait(false)).Select(record => record.ContentId)];
            edges = (await ReadAsync<ForestEdgeRecord>(scope.Store, current.Forest).ConfigureAwait(false)).Select(ToEdge);
        }

        var vectors = new VectorSet(dimension);
        vectors.Add(Load(database, nodes));
        var parallelism = options.Parallelism == 0 ? Environment.ProcessorCount : options.Parallelism;
        var families = new FamilyStore(scope, SpanningForest.Restore(vectors, edges, options), nodes, current, parallelism);
        families.InsertMissing(database, Kept(database), stop);
        return families;
    }

    /// <summary>Publishes the families of the newest snapshot at another threshold, from its forest and without comparing anything that it has compared.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="threshold">Cosine at or above which two images are linked, from the snapshot's store threshold up; null leaves it as it is.</param>
    /// <param name="options">Parallelism and device.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Stops before anything is published.</param>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="SetupException">There is no snapshot, another process holds the store, or links are not kept down to the threshold.</exception>
    public static async Task<bool> ReclusterAsync(string store, double? threshold, ClusterOptions options, TimeProvider time, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        var none = new SetupException($"there is no finished run in {store}; run `memorization run STUDY` first");
        if (!Directory.Exists(store)) throw none; // to take a lock makes the folder
        using var held = StoreLock.Take(store, time);
        var current = await Snapshot.ReadCurrentAsync(store).ConfigureAwait(false) ?? throw none;
        var at = threshold ?? current.Threshold;
        if (at < current.StoreThreshold)
            throw new SetupException(FormattableString.Invariant($"links are kept from {current.StoreThreshold} on, so that no threshold can lie below; set cluster.storeThreshold and run the study again"));
        var scope = new StoreScope(store, current.Run ?? "recluster", current.Filter, current.Model);
        int dimension;
        using (var database = scope.Open(await CommitLog.ReadAsync(store).ConfigureAwait(false)))
            dimension = database.Query("SELECT len(embedding) FROM embeddings LIMIT 1", reader => (int)reader.GetInt64(0)).DefaultIfEmpty(1).First();
        var families = await OpenAsync(scope, dimension, options with { Threshold = at, StoreThreshold = current.StoreThreshold }, stop).ConfigureAwait(false);
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
    /// <returns>Whether there was anything new to publish.</returns>
    public async Task<bool> PublishAsync(double threshold, TimeProvider time, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(time);
        var log = await CommitLog.ReadAsync(_scope.Store).ConfigureAwait(false);
        if (_current is { } same && same.Commits == log.Commits.Count && same.Filter == _scope.Filter && same.Model == _scope.Model
            && same.Threshold == threshold && same.StoreThreshold == _forest.StoreThreshold && same.Names is not null) return false;

        using (var database = _scope.Open(log))
        {
            // Images that an earlier filter had brought, and that this one keeps too, never passed through the graph; others it may keep no more.
            var kept = Kept(database);
            InsertMissing(database, kept, stop);
            RemoveExcept(kept, stop);
        }

        var number = (_current?.Number ?? -1) + 1;
        var families = _forest.Cut(threshold);
        var shapes = StarCover.Of(_forest.Vectors, families, _parallelism, stop);
        var ofModel = _current?.Model == _scope.Model ? _current : null;
        var (named, events, next) = StableIds.Follow(await BeforeAsync(ofModel).ConfigureAwait(false), families, _current?.NextName ?? 0);
        var name = string.Create(CultureInfo.InvariantCulture, $"part-{number:D6}-{_scope.Run}.parquet");
        await new Snapshot(
            number, log.Commits.Count, _scope.Filter, _scope.Model, threshold, _forest.StoreThreshold,
            await WriteAsync(_scope.Families, shapes.SelectMany(ToRecords).OrderBy(record => record.ContentId, StringComparer.Ordinal)).ConfigureAwait(false),
            await WriteAsync(_scope.Forest, _forest.Edges().Select(ToRecord)).ConfigureAwait(false),
            time.GetUtcNow(),
            _scope.Run,
            await WriteAsync(_scope.FamilyNames, named.Zip(shapes, ToRecord)).ConfigureAwait(false),
            [.. ofModel?.Log ?? [], .. await WriteAsync(_scope.FamilyLog, events.Select(change => ToRecord(number, change))).ConfigureAwait(false)],
            next).PublishAsync(_scope.Store).ConfigureAwait(false);
        return true;

        async Task<IReadOnlyList<AddedFile>> WriteAsync<T>(string table, IEnumerable<T> records)
            where T : class, new()
        {
            var list = records.ToList();
            return list.Count == 0 ? [] : [await TableFile.WriteAsync(_scope.Store, table, name, list).ConfigureAwait(false)];
        }
    }

    // The families of a snapshot under their names; none if it has no names.
    private async Task<IReadOnlyList<NamedFamily>> BeforeAsync(Snapshot? snapshot)
    {
        if (snapshot?.Names is null) return [];
        var members = (await ReadAsync<FamilyRecord>(_scope.Store, snapshot.Families).ConfigureAwait(false)).ToLookup(record => record.Family, record => ContentKey.Parse(record.ContentId));
        return [.. (await ReadAsync<FamilyNameRecord>(_scope.Store, snapshot.Names).ConfigureAwait(false))
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

    private static async Task<List<T>> ReadAsync<T>(string store, IReadOnlyList<AddedFile> files)
        where T : class, new()
    {
        List<T> records = [];
        foreach (var file in files) records.AddRange(await TableFile.ReadAsync<T>(store, file).ConfigureAwait(false));
        return records;
    }

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
