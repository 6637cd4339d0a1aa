using Parquet;
using Parquet.Serialization;

namespace Memorization.Store;

/// <summary>Writes a Parquet file row by row: a row group at a time is in memory. Not thread-safe.</summary>
/// <param name="stream">Empty; can be read and sought; stays open.</param>
internal sealed class TableAppender<T>(Stream stream)
    where T : class, new()
{
    // Some tens of megabytes of captions and URLs, and few enough groups for a footer that stays small.
    private const int RowGroupRows = 1 << 16;

    private readonly List<T> _group = [];
    private bool _begun;

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds a row.</summary>
    public ValueTask AddAsync(T row)
    {
        _group.Add(row);
        Rows++;
        return _group.Count < RowGroupRows ? ValueTask.CompletedTask : new ValueTask(WriteGroupAsync());
    }

    /// <summary>Writes what is still in memory; without it the file is not whole.</summary>
    public Task FinishAsync() => _group.Count > 0 || !_begun ? WriteGroupAsync() : Task.CompletedTask;

    private async Task WriteGroupAsync()
    {
        stream.Position = 0;
        var options = new ParquetOptions { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest, Append = _begun };
        await ParquetSerializer.SerializeAsync(_group, stream, options).ConfigureAwait(false);
        _begun = true;
        _group.Clear();
    }
}
