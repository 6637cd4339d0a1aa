namespace Memorization.Store;

/// <summary>The bytes of images that this run keeps: one shard a commit, each content once. Not thread-safe.</summary>
/// <param name="store">The store; the next version of its table of images names the shard.</param>
/// <param name="run">The run's id.</param>
/// <param name="known">Where the bytes of a content lie that an earlier run kept; null if none did.</param>
internal sealed class WrittenBlobs(HeldStore store, string run, Func<string, BlobPlace?> known) : IDisposable
{
    private readonly Dictionary<string, BlobPlace> _places = [];
    private BlobShard? _shard;

    /// <summary>Where the bytes of a row's image are, or will be once <see cref="PublishAsync"/> has been called; null if they are not kept.</summary>
    /// <param name="row">The row.</param>
    /// <param name="keep">Whether bytes are kept that are not yet.</param>
    /// <param name="isDamaged">Whether what earlier runs kept could not be read.</param>
    public BlobPlace? Place(EndedRow row, bool keep, bool isDamaged)
    {
        var content = row.ContentId!;
        if (_places.TryGetValue(content, out var place)) return place;
        if (!isDamaged && known(content) is { } earlier) return earlier;
        if (!keep) return null;
        _shard ??= BlobShard.Create(store.Path, store.Tables[Tables.Images].Version + 1, run);
        place = _shard.Add(content, row.Bytes!.Value, row.ToFacts());
        _places.Add(content, place);
        return place;
    }

    /// <summary>Makes the shard durable; to be called before anything names it.</summary>
    public async Task PublishAsync()
    {
        if (_shard is null) return;
        await _shard.PublishAsync().ConfigureAwait(false);
        _shard.Dispose();
        _shard = null;
    }

    /// <summary>Removes a shard that was not published.</summary>
    public void Dispose() => _shard?.Dispose();
}
