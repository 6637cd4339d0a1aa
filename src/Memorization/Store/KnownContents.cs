namespace Memorization.Store;

/// <summary>What earlier commits hold of images by their bytes: read once it is asked for, since a run that brings no image never does. Thread-safe.</summary>
internal sealed class KnownContents
{
    private readonly StoreDatabase _database;
    private readonly Lock _querying;
    private readonly Lazy<HashSet<string>> _embedded;
    private readonly Lazy<HashSet<string>> _pictured;
    private readonly Lazy<Dictionary<string, BlobPlace>> _places;

    /// <param name="database">The store.</param>
    /// <param name="querying">To be held while the database is used.</param>
    public KnownContents(StoreDatabase database, Lock querying)
    {
        (_database, _querying) = (database, querying);
        _embedded = new Lazy<HashSet<string>>(() => Ids("embeddings"));
        _pictured = new Lazy<HashSet<string>>(() => Ids("thumbnails"));
        _places = new Lazy<Dictionary<string, BlobPlace>>(Places);
    }

    /// <summary>Whether there is an embedding of these bytes under the current model.</summary>
    public bool IsEmbedded(string content) => _embedded.Value.Contains(content);

    /// <summary>Whether there is a thumbnail of these bytes.</summary>
    public bool IsPictured(string content) => _pictured.Value.Contains(content);

    /// <summary>Where these bytes lie; null if they were not kept.</summary>
    public BlobPlace? Place(string content) => _places.Value.TryGetValue(content, out var place) ? place : null;

    private HashSet<string> Ids(string table)
    {
        HashSet<string> ids = [];
        lock (_querying) _database.ForEach($"SELECT content_id FROM {table}", reader => ids.Add(reader.GetString(0)));
        return ids;
    }

    // Bytes that were damaged lie in a later shard again.
    private Dictionary<string, BlobPlace> Places()
    {
        Dictionary<string, BlobPlace> places = [];
        lock (_querying)
        {
            _database.ForEach(
                "SELECT DISTINCT ON (content_id) content_id, blob, \"offset\", length FROM images WHERE blob IS NOT NULL ORDER BY content_id, blob DESC",
                reader => places.Add(reader.GetString(0), new BlobPlace(reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3))));
        }

        return places;
    }
}
