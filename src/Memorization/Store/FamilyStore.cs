using System.Globalization;
using Memorization.Clustering;

namespace Memorization.Store;

/// <summary>Stage: puts every committed image into the spanning forest, and makes forest and families durable at the end of the run.</summary>
/// <remarks>
/// The forest covers the images that the current filter keeps, under the current model. It goes on from the newest snapshot where that is
/// of the same filter and model, so a nightly run compares only new images with all; otherwise it is built anew from the stored embeddings.
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

    private FamilyStore(StoreScope scope, SpanningForest forest, HashSet<string> nodes, Snapshot? current)
    {
        _scope = scope;
        _forest = forest;
        _nodes = nodes;
        _current = current;
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
        var store = scope.Store;
        var current = await Snapshot.ReadCurrentAsync(store).ConfigureAwait(false);
        using var database = scope.Open(await CommitLog.ReadAsync(store).ConfigureAwait(false));
        var kept = Kept(database);

        var nodes = new HashSet<string>();
        var edges = new List<ForestEdge>();
        if (current is not null && current.Filter == scope.Filter && current.Model == scope.Model && current.StoreThreshold == options.StoreThreshold)
        {
            foreach (var file in current.Families)
                nodes.UnionWith((await TableFile.ReadAsync<FamilyRecord>(store, file).ConfigureAwait(false)).Select(record => record.ContentId));
            foreach (var file in current.Forest)
                edges.AddRange((await TableFile.ReadAsync<ForestEdgeRecord>(store, file).ConfigureAwait(false)).Select(ToEdge));
            if (!nodes.IsSubsetOf(kept)) (nodes, edges) = ([], []);
        }

        var vectors = new VectorSet(dimension);
        foreach (var vector in Load(database, nodes)) vectors.Add(vector.Key, vector.Values.Span);
        var families = new FamilyStore(scope, SpanningForest.Restore(vectors, edges, options), nodes, current);
        families.InsertMissing(database, kept, stop);
        return families;
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
    public async Task PublishAsync(double threshold, TimeProvider time, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(time);
        var log = await CommitLog.ReadAsync(_scope.Store).ConfigureAwait(false);
        using (var database = _scope.Open(log))
        {
            // Images that an earlier filter had brought, and that this one keeps too, never passed through the graph.
            InsertMissing(database, Kept(database), stop);
        }

        var number = (_current?.Number ?? -1) + 1;
        if (_current is { } same && same.Commits == log.Commits.Count && same.Filter == _scope.Filter && same.Model == _scope.Model
            && same.Threshold == threshold && same.StoreThreshold == _forest.StoreThreshold) return;

        var name = string.Create(CultureInfo.InvariantCulture, $"part-{number:D6}-{_scope.Run}.parquet");
        var families = _forest.Cut(threshold).FamilyOf
            .Select(pair => new FamilyRecord { ContentId = pair.Key.ToString(), Family = pair.Value.Id.ToString() })
            .OrderBy(record => record.ContentId, StringComparer.Ordinal).ToList();
        var edges = _forest.Edges()
            .Select(edge => new ForestEdgeRecord { A = edge.A.ToString(), B = edge.B.ToString(), Similarity = edge.Similarity }).ToList();
        await new Snapshot(
            number, log.Commits.Count, _scope.Filter, _scope.Model, threshold, _forest.StoreThreshold,
            await WriteAsync(_scope.Families, families).ConfigureAwait(false),
            await WriteAsync(_scope.Forest, edges).ConfigureAwait(false),
            time.GetUtcNow(),
            _scope.Run).PublishAsync(_scope.Store).ConfigureAwait(false);

        async Task<IReadOnlyList<AddedFile>> WriteAsync<T>(string table, List<T> records)
            where T : class, new() =>
            records.Count == 0 ? [] : [await TableFile.WriteAsync(_scope.Store, table, name, records).ConfigureAwait(false)];
    }

    private void InsertMissing(StoreDatabase database, HashSet<string> kept, CancellationToken stop)
    {
        var missing = kept.Where(content => !_nodes.Contains(content)).ToHashSet();
        if (missing.Count == 0) return;
        Insert(Load(database, missing), stop);
        _nodes.UnionWith(missing);
    }

    private static HashSet<string> Kept(StoreDatabase database) => database.Query(KeptSql, reader => reader.GetString(0)).ToHashSet();

    private void Insert(List<KeyedVector> vectors, CancellationToken stop)
    {
        if (vectors.Count > 0) _forest.Insert(vectors, stop);
    }

    private static List<KeyedVector> Load(StoreDatabase database, HashSet<string> contents) => contents.Count == 0 ? [] : [.. database
        .Query("SELECT content_id, embedding FROM embeddings", reader => (Content: reader.GetString(0), Values: (List<float>)reader.GetValue(1)))
        .Where(row => contents.Contains(row.Content))
        .Select(row => new KeyedVector(ContentKey.Parse(row.Content), row.Values.ConvertAll(value => (Half)value).ToArray()))];

    private static ForestEdge ToEdge(ForestEdgeRecord record) => new(ContentKey.Parse(record.A), ContentKey.Parse(record.B), record.Similarity);
}
