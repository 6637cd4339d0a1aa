namespace Memorization.Store;

/// <summary>A .npy file and the Parquet file of the same rows. Not thread-safe.</summary>
internal sealed class ClipRetrievalPart<TRow> : IDisposable
    where TRow : class, new()
{
    private readonly string _vectorPath;
    private readonly string _metadataPath;
    private readonly UnfinishedFile _vectorFile;
    private readonly UnfinishedFile _metadataFile;
    private readonly NpyWriter<Half> _vectors;
    private readonly TableAppender<TRow> _metadata;
    private readonly Half[] _halves;

    public ClipRetrievalPart(string folder, string kind, string number, int dimension)
    {
        _vectorPath = $"{kind}/{kind}_{number}.npy";
        _metadataPath = $"metadata/metadata_{number}.parquet";
        _vectorFile = new UnfinishedFile(Path.Combine(folder, _vectorPath));
        _metadataFile = new UnfinishedFile(Path.Combine(folder, _metadataPath));
        _vectors = new NpyWriter<Half>(_vectorFile.Stream, dimension);
        _metadata = new TableAppender<TRow>(_metadataFile.Stream);
        _halves = new Half[dimension];
    }

    public ValueTask AddAsync(TRow row) => _metadata.AddAsync(row);

    public void Put(long at, ReadOnlySpan<float> embedding)
    {
        if (embedding.Length != _halves.Length) throw new ArgumentException($"{embedding.Length} numbers in an embedding of {_halves.Length}", nameof(embedding));
        for (var i = 0; i < _halves.Length; i++) _halves[i] = (Half)embedding[i];
        _vectors.Write(at, _halves);
    }

    /// <summary>Writes the rows that are in memory; none comes after them.</summary>
    public Task EndRowsAsync() => _metadata.FinishAsync();

    /// <summary>Gives both files their names.</summary>
    public IEnumerable<(string Path, long Rows)> Publish()
    {
        _metadataFile.Publish();
        _vectorFile.Publish(_vectors.Dispose);
        return [(_vectorPath, _metadata.Rows), (_metadataPath, _metadata.Rows)];
    }

    public void Dispose()
    {
        _vectorFile.Dispose();
        _metadataFile.Dispose();
    }
}
