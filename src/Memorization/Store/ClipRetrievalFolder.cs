using System.Globalization;

namespace Memorization.Store;

/// <summary>
/// Embeddings as clip-retrieval lays them out: img_emb or text_emb with float16 .npy files, metadata with Parquet files, row for row. Parts are numbered so
/// that their names sort as their numbers do; no part is empty, and without rows there is no file.
/// </summary>
/// <typeparam name="TRow">A row of the metadata.</typeparam>
/// <remarks>Files of the same name are replaced, each whole or not at all. Not thread-safe.</remarks>
public sealed class ClipRetrievalFolder<TRow> : IDisposable
    where TRow : class, new()
{
    /// <summary>Rows of a part, at most.</summary>
    public const int MostPartRows = 1_000_000;

    private readonly string _folder;
    private readonly string _kind;
    private readonly int _dimension;
    private readonly int _partRows;
    private readonly string _digits;
    private readonly List<(string Path, long Rows)> _files = [];
    private Part? _part;

    /// <summary>Names the folder; it is made with the first row.</summary>
    /// <param name="folder">The folder above img_emb, text_emb and metadata.</param>
    /// <param name="images">Whether embeddings are of images or of captions.</param>
    /// <param name="dimension">Numbers per embedding.</param>
    /// <param name="rows">Rows that will come, which the names' width follows from.</param>
    /// <param name="partRows">Rows of a part, at most.</param>
    public ClipRetrievalFolder(string folder, bool images, int dimension, long rows = MostPartRows, int partRows = MostPartRows)
    {
        (_folder, _kind, _dimension, _partRows) = (folder, images ? "img_emb" : "text_emb", dimension, partRows);
        var last = Math.Max(rows - 1, 0) / partRows;
        _digits = "D" + last.ToString(CultureInfo.InvariantCulture).Length.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The files that are whole, relative to the folder, with the rows in each.</summary>
    public IReadOnlyList<(string Path, long Rows)> Files => _files;

    /// <summary>Adds an embedding.</summary>
    /// <param name="row">What is known of it.</param>
    /// <param name="embedding">L2-normalised.</param>
    public async ValueTask WriteAsync(TRow row, ReadOnlyMemory<float> embedding)
    {
        _part ??= new Part(this, (_files.Count / 2).ToString(_digits, CultureInfo.InvariantCulture));
        await _part.WriteAsync(row, embedding).ConfigureAwait(false);
        if (_part.Rows == _partRows) await FinishAsync().ConfigureAwait(false);
    }

    /// <summary>Gives the last part its names; without it that part is not there.</summary>
    public async Task FinishAsync()
    {
        if (_part is null) return;
        await _part.FinishAsync().ConfigureAwait(false);
        _files.AddRange([(_part.Vectors, _part.Rows), (_part.Metadata, _part.Rows)]);
        _part.Dispose();
        _part = null;
    }

    /// <inheritdoc/>
    public void Dispose() => _part?.Dispose();

    private sealed class Part : IDisposable
    {
        private readonly UnfinishedFile _vectorFile;
        private readonly UnfinishedFile _metadataFile;
        private readonly NpyWriter<Half> _vectors;
        private readonly TableAppender<TRow> _metadata;
        private readonly Half[] _halves;

        public Part(ClipRetrievalFolder<TRow> folder, string number)
        {
            Vectors = $"{folder._kind}/{folder._kind}_{number}.npy";
            Metadata = $"metadata/metadata_{number}.parquet";
            _vectorFile = new UnfinishedFile(Path.Combine(folder._folder, Vectors));
            _metadataFile = new UnfinishedFile(Path.Combine(folder._folder, Metadata));
            _vectors = new NpyWriter<Half>(_vectorFile.Stream, folder._dimension);
            _metadata = new TableAppender<TRow>(_metadataFile.Stream);
            _halves = new Half[folder._dimension];
        }

        public string Vectors { get; }

        public string Metadata { get; }

        public long Rows => _metadata.Rows;

        public ValueTask WriteAsync(TRow row, ReadOnlyMemory<float> embedding)
        {
            if (embedding.Length != _halves.Length) throw new ArgumentException($"{embedding.Length} numbers in an embedding of {_halves.Length}", nameof(embedding));
            for (var i = 0; i < _halves.Length; i++) _halves[i] = (Half)embedding.Span[i];
            _vectors.Write(_halves);
            return _metadata.AddAsync(row);
        }

        public async Task FinishAsync()
        {
            await _metadata.FinishAsync().ConfigureAwait(false);
            _metadataFile.Publish();
            _vectorFile.Publish(_vectors.Dispose);
        }

        public void Dispose()
        {
            _vectorFile.Dispose();
            _metadataFile.Dispose();
        }
    }
}
