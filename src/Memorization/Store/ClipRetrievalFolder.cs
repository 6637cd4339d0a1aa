using System.Globalization;

namespace Memorization.Store;

/// <summary>
/// Embeddings as clip-retrieval lays them out: img_emb or text_emb with float16 .npy files, metadata with Parquet files, row for row. Parts are numbered so
/// that their names sort as their numbers do; no part is empty, and without rows there is no file.
/// </summary>
/// <typeparam name="TRow">A row of the metadata.</typeparam>
/// <remarks>No file has its name before <see cref="FinishAsync"/>. Files of the same names are replaced. Not thread-safe.</remarks>
public sealed class ClipRetrievalFolder<TRow> : IDisposable
    where TRow : class, new()
{
    /// <summary>Rows of a part, at most.</summary>
    internal const int MostPartRows = 1_000_000;

    private readonly string _folder;
    private readonly string _kind;
    private readonly int _dimension;
    private readonly int _partRows;
    private readonly string _digits;
    private readonly List<ClipRetrievalPart<TRow>> _parts = [];
    private long _rows;
    private long _embeddings;

    /// <summary>Names the folder; it is made with the first row.</summary>
    /// <param name="folder">The folder above img_emb, text_emb and metadata.</param>
    /// <param name="images">Whether embeddings are of images or of captions.</param>
    /// <param name="dimension">Numbers per embedding.</param>
    public ClipRetrievalFolder(string folder, bool images, int dimension)
        : this(folder, images, dimension, MostPartRows, MostPartRows)
    {
    }

    /// <summary>Names the folder of more rows than one part holds.</summary>
    /// <param name="folder">The folder above img_emb, text_emb and metadata.</param>
    /// <param name="images">Whether embeddings are of images or of captions.</param>
    /// <param name="dimension">Numbers per embedding.</param>
    /// <param name="rows">Rows that will come: the names' width follows from it.</param>
    /// <param name="partRows">Rows of a part, at most.</param>
    internal ClipRetrievalFolder(string folder, bool images, int dimension, long rows, int partRows)
    {
        (_folder, _kind, _dimension, _partRows) = (folder, images ? "img_emb" : "text_emb", dimension, partRows);
        var last = Math.Max(rows - 1, 0) / partRows;
        _digits = "D" + last.ToString(CultureInfo.InvariantCulture).Length.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Adds a row with its embedding.</summary>
    /// <param name="row">What is known of it.</param>
    /// <param name="embedding">L2-normalised.</param>
    public async Task WriteAsync(TRow row, ReadOnlyMemory<float> embedding)
    {
        await AddAsync(row).ConfigureAwait(false);
        Put(_rows - 1, embedding.Span);
    }

    /// <summary>Adds a row; its embedding may come at any time.</summary>
    internal async ValueTask AddAsync(TRow row)
    {
        if (_rows % _partRows == 0)
        {
            if (_parts.Count > 0) await _parts[^1].EndRowsAsync().ConfigureAwait(false);
            _parts.Add(new ClipRetrievalPart<TRow>(_folder, _kind, _parts.Count.ToString(_digits, CultureInfo.InvariantCulture), _dimension));
        }

        _rows++;
        await _parts[^1].AddAsync(row).ConfigureAwait(false);
    }

    /// <summary>Writes the embedding of a row that was added, once for each.</summary>
    /// <param name="at">The row, from 0.</param>
    /// <param name="embedding">L2-normalised.</param>
    internal void Put(long at, ReadOnlySpan<float> embedding)
    {
        _parts[(int)(at / _partRows)].Put(at % _partRows, embedding);
        _embeddings++;
    }

    /// <summary>Gives all files their names.</summary>
    /// <returns>The files, relative to the folder, with the rows in each.</returns>
    /// <exception cref="InvalidDataException">There are not as many embeddings as rows.</exception>
    public async Task<IReadOnlyList<(string Path, long Rows)>> FinishAsync()
    {
        if (_embeddings != _rows) throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"there are {_embeddings} embeddings for {_rows} rows"));
        if (_parts.Count > 0) await _parts[^1].EndRowsAsync().ConfigureAwait(false);
        var files = new List<(string, long)>();
        foreach (var part in _parts) files.AddRange(part.Publish());
        return files;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
    }
}
