using Memorization.Clustering;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>The embeddings that an analysis asks for, some now and some later. To find any, all of the store's are read: what is foreseen is read with the first. Not thread-safe.</summary>
/// <param name="database">The store, at its snapshot.</param>
/// <param name="foreseen">Images that will be asked for.</param>
internal sealed class AnalysisVectors(StoreDatabase database, IReadOnlyCollection<ContentKey> foreseen)
{
    private VectorSet? _first;

    /// <summary>A set in which the embeddings of some images are, of those that have one.</summary>
    public VectorSet Of(IReadOnlyCollection<ContentKey> contents)
    {
        if (contents.Count == 0 || (_first is not null && contents.All(_first.Contains))) return _first ?? new VectorSet(1);
        if (_first is not null) return StoredVectors.ReadSet(database, contents);
        return _first = StoredVectors.ReadSet(database, foreseen.Concat(contents));
    }
}
