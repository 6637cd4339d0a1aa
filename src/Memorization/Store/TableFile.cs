using Parquet;
using Parquet.Serialization;

namespace Memorization.Store;

/// <summary>One immutable Parquet file of a table.</summary>
internal static class TableFile
{
    private static readonly ParquetOptions Options = new() { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest };

    /// <summary>Writes the records as one file below the table's folder and reads its footer back.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="table">The table, with its partition where it has one.</param>
    /// <param name="name">A file name that was never used in this table.</param>
    /// <param name="records">At least one record.</param>
    public static async Task<AddedFile> WriteAsync<T>(string store, string table, string name, IReadOnlyCollection<T> records)
        where T : class, new()
    {
        var relative = $"{table}/{name}";
        var path = Path.Combine(store, relative);
        await Durable.WriteAsync(path, stream => SerializeAsync(records, stream, path)).ConfigureAwait(false);
        return new AddedFile(table, relative, records.Count);
    }

    /// <summary>Writes the records and reads the footer back.</summary>
    /// <param name="records">The records.</param>
    /// <param name="stream">An empty stream that can be read as well.</param>
    /// <param name="name">What an error calls it.</param>
    /// <param name="metadata">Keys and values for the footer.</param>
    public static async Task SerializeAsync<T>(IReadOnlyCollection<T> records, Stream stream, string name, IReadOnlyDictionary<string, string>? metadata = null)
        where T : class, new()
    {
        await ParquetSerializer.SerializeAsync(records, stream, Options, metadata).ConfigureAwait(false);
        stream.Position = 0;
        var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var rows = reader.RowGroups.Sum(group => group.RowCount);
        if (rows != records.Count) throw new InvalidDataException($"{name} holds {rows} rows, {records.Count} were written");
    }

    /// <summary>Reads every record of a file.</summary>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(string store, AddedFile file)
        where T : class, new()
    {
        await using var stream = File.OpenRead(Path.Combine(store, file.Path));
        var result = await ParquetSerializer.DeserializeAsync<T>(stream).ConfigureAwait(false);
        return [.. result.Data];
    }
}
