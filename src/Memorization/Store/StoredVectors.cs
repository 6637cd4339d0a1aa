using Memorization.Clustering;

namespace Memorization.Store;

/// <summary>The embeddings of some images of a store, for questions that the families do not answer.</summary>
internal static class StoredVectors
{
    /// <summary>Reads the embeddings of the contents that a query names, under the state's model.</summary>
    /// <param name="database">The store.</param>
    /// <param name="contents">A query with a column content_id.</param>
    public static VectorSet Read(StoreDatabase database, string contents)
    {
        var vectors = database.Query($"SELECT content_id, embedding FROM embeddings SEMI JOIN ({contents}) USING (content_id)", reader =>
            new KeyedVector(ContentKey.Parse(reader.GetString(0)), ((List<float>)reader.GetValue(1)).ConvertAll(value => (Half)value).ToArray()));
        var set = new VectorSet(vectors.Count == 0 ? 1 : vectors[0].Values.Length);
        set.Add(vectors);
        return set;
    }
}
