using Memorization.Clustering;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>The spanning forest over the images of a store that a filter keeps, and which they are. Not thread-safe.</summary>
internal sealed class FamilyMembers
{
    private const string KeptSql = """
        SELECT DISTINCT content_id FROM images JOIN verdicts USING (row_key) WHERE kept AND outcome = 'kept'
        """;

    private readonly HashSet<string> _contents;

    private FamilyMembers(SpanningForest forest, HashSet<string> contents) => (Forest, _contents) = (forest, contents);

    /// <summary>The forest.</summary>
    public SpanningForest Forest { get; }

    /// <summary>Restores the forest of a snapshot where it is of the same model and keeps links from the same similarity, and inserts what the filter keeps besides.</summary>
    /// <param name="tables">The state to go on from.</param>
    /// <param name="scope">The filter and the model.</param>
    /// <param name="snapshot">The newest snapshot; null before the first.</param>
    /// <param name="dimension">Numbers per embedding.</param>
    /// <param name="options">Thresholds and parallelism.</param>
    /// <param name="stop">Stops the insertion.</param>
    public static async Task<FamilyMembers> LoadAsync(
        StoreTables tables, StoreScope scope, Snapshot? snapshot, int dimension, ClusterOptions options, CancellationToken stop)
    {
        using var database = scope.Open(tables);
        HashSet<string> contents = [];
        IEnumerable<ForestEdge> edges = [];
        if (snapshot is not null && snapshot.Model == scope.Model && snapshot.StoreThreshold == options.StoreThreshold)
        {
            var published = await StoreTables.ReadAsync(scope.Store, snapshot.Tables).ConfigureAwait(false);
            contents = [.. (await published.ReadAsync<FamilyRecord>(Tables.Of(Tables.Families), scope.Model).ConfigureAwait(false)).Select(record => record.ContentId)];
            edges = (await published.ReadAsync<ForestEdgeRecord>(Tables.Of(Tables.Forest), scope.Model).ConfigureAwait(false)).Select(ToEdge);
        }

        var vectors = new VectorSet(dimension);
        vectors.Add(StoredVectors.Read(database, contents.Select(ContentKey.Parse)));
        var members = new FamilyMembers(SpanningForest.Restore(vectors, edges, options), contents);
        members.InsertMissing(database, Kept(database), stop);
        return members;
    }

    /// <summary>Inserts images that are not in it yet.</summary>
    public void Insert(IEnumerable<StoredImage> images, CancellationToken stop) =>
        Insert([.. images.Where(image => _contents.Add(image.ContentId)).Select(image => new KeyedVector(ContentKey.Parse(image.ContentId), image.Embedding))], stop);

    /// <summary>Makes them the images that a state's filter keeps.</summary>
    /// <remarks>Images that an earlier filter had brought, and that this one keeps too, never passed through the graph; others it may keep no more.</remarks>
    public void Follow(StoreDatabase database, CancellationToken stop)
    {
        var kept = Kept(database);
        InsertMissing(database, kept, stop);
        RemoveExcept(kept, stop);
    }

    private void InsertMissing(StoreDatabase database, HashSet<string> kept, CancellationToken stop)
    {
        // An image that has no embedding under this model yet comes with the commit that brings it.
        var missing = StoredVectors.Read(database, kept.Where(content => !_contents.Contains(content)).Select(ContentKey.Parse));
        Insert(missing, stop);
        _contents.UnionWith(missing.Select(vector => vector.Key.ToString()));
    }

    private void RemoveExcept(HashSet<string> kept, CancellationToken stop)
    {
        var gone = _contents.Where(content => !kept.Contains(content)).ToList();
        if (gone.Count == 0) return;
        Forest.Remove(gone.ConvertAll(ContentKey.Parse), stop);
        _contents.ExceptWith(gone);
    }

    private static HashSet<string> Kept(StoreDatabase database) => database.Query(KeptSql, reader => reader.GetString(0)).ToHashSet();

    private void Insert(List<KeyedVector> vectors, CancellationToken stop)
    {
        try
        {
            if (vectors.Count > 0) Forest.Insert(vectors, stop);
        }
        catch (NotSupportedException missing)
        {
            throw new SetupException($"cluster.device: {missing.Message}", missing);
        }
    }

    private static ForestEdge ToEdge(ForestEdgeRecord record) => new(ContentKey.Parse(record.A), ContentKey.Parse(record.B), record.Similarity);
}
