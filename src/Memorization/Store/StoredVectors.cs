using System.Data.Common;
using Memorization.Clustering;

namespace Memorization.Store;

/// <summary>The embeddings of some images of a store, for questions that the families do not answer.</summary>
internal static class StoredVectors
{
    /// <summary>Reads the embeddings of some images, under the state's model; those that have none are left out.</summary>
    /// <param name="database">The store.</param>
    /// <param name="contents">The images.</param>
    public static VectorSet Read(StoreDatabase database, IEnumerable<ContentKey> contents)
    {
        var wanted = contents.ToHashSet();
        List<KeyedVector> vectors = [.. database.Stream("SELECT content_id, embedding FROM embeddings", Wanted).OfType<KeyedVector>()];
        var set = new VectorSet(vectors.Count == 0 ? 1 : vectors[0].Values.Length);
        set.Add(vectors);
        return set;

        KeyedVector? Wanted(DbDataReader reader)
        {
            var key = ContentKey.Parse(reader.GetString(0));
            return wanted.Contains(key) ? new KeyedVector(key, Halves(reader.GetFieldValue<List<float>>(1))) : null;
        }
    }

    private static Half[] Halves(List<float> values)
    {
        var halves = new Half[values.Count];
        for (var i = 0; i < halves.Length; i++) halves[i] = (Half)values[i];
        return halves;
    }
}
