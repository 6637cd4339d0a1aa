using System.Data.Common;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Memorization.Clustering;

namespace Memorization.Store;

/// <summary>The embeddings of some images of a store.</summary>
internal static class StoredVectors
{
    /// <summary>Reads the embeddings of some images, under the state's model; those that have none are left out.</summary>
    /// <param name="database">The store.</param>
    /// <param name="contents">The images.</param>
    public static List<KeyedVector> Read(StoreDatabase database, IEnumerable<ContentKey> contents)
    {
        var wanted = contents.ToHashSet();
        return wanted.Count == 0 ? [] : [.. database.Stream("SELECT content_id, embedding FROM embeddings", Wanted).OfType<KeyedVector>()];

        KeyedVector? Wanted(DbDataReader reader)
        {
            var key = ContentKey.Parse(reader.GetString(0));
            return wanted.Contains(key) ? new KeyedVector(key, Halves(reader.GetFieldValue<List<float>>(1))) : null;
        }
    }

    /// <summary>The same, to be compared.</summary>
    public static VectorSet ReadSet(StoreDatabase database, IEnumerable<ContentKey> contents)
    {
        var vectors = Read(database, contents);
        var set = new VectorSet(vectors.Count == 0 ? 1 : vectors[0].Values.Length);
        set.Add(vectors);
        return set;
    }

    private static Half[] Halves(List<float> values)
    {
        var halves = new Half[values.Count];
        TensorPrimitives.ConvertToHalf(CollectionsMarshal.AsSpan(values), halves);
        return halves;
    }
}
