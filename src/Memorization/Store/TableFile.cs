using System.Security.Cryptography;
using Parquet;
using Parquet.Serialization;

namespace Memorization.Store;

/// <summary>A data file on the disk, ready to be added to its table.</summary>
/// <param name="Table">The table.</param>
/// <param name="Path">Relative to the table's folder, with forward slashes; only characters that a URL has as they are.</param>
/// <param name="Partition">The value of the table's partition column; null where it has none.</param>
/// <param name="Rows">Rows in the file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Of its bytes, 64 hexadecimal digits.</param>
/// <param name="Statistics">What the log says of its columns.</param>
internal sealed record DataFile(string Table, string Path, string? Partition, long Rows, long Bytes, string Sha256, string Statistics);

/// <summary>One immutable Parquet file of a table.</summary>
internal static class TableFile
{
    private static readonly ParquetOptions Options = new() { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest };

    /// <summary>Writes the records as one file below the table's folder and reads its footer back.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="table">The table.</param>
    /// <param name="partition">The value of its partition column; null where it has none.</param>
    /// <param name="name">A file name that was never used in this table.</param>
    /// <param name="records">At least one record.</param>
    public static async Task<DataFile> WriteAsync<T>(string store, TableDefinition table, string? partition, string name, IReadOnlyCollection<T> records)
        where T : class, new()
    {
        var relative = table.Partition is null ? name : $"{table.Partition}={partition}/{name}";
        var path = Path.Combine(store, table.Name, relative);
        var (statistics, hash, bytes) = ("", "", 0L);
        await Durable.WriteAsync(path, async stream =>
        {
            statistics = await SerializeAsync(records, stream, path, table.Columns).ConfigureAwait(false);
            bytes = stream.Length;
            stream.Position = 0;
            hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream).ConfigureAwait(false));
        }).ConfigureAwait(false);
        return new DataFile(table.Name, relative, partition, records.Count, bytes, hash, statistics);
    }

    /// <summary>Writes the records and reads the footer back.</summary>
    /// <param name="records">The records.</param>
    /// <param name="stream">An empty stream that can be read as well.</param>
    /// <param name="name">What an error calls it.</param>
    /// <param name="columns">Columns whose statistics are wanted.</param>
    /// <param name="metadata">Keys and values for the footer.</param>
    /// <returns>The statistics.</returns>
    public static async Task<string> SerializeAsync<T>(
        IReadOnlyCollection<T> records, Stream stream, string name, IReadOnlyList<TableColumn>? columns = null, IReadOnlyDictionary<string, string>? metadata = null)
        where T : class, new()
    {
        await ParquetSerializer.SerializeAsync(records, stream, Options, metadata).ConfigureAwait(false);
        stream.Position = 0;
        var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var (statistics, rows) = FileStatistics.Read(reader, columns ?? []);
        return rows == records.Count ? statistics : throw new InvalidDataException($"{name} holds {rows} rows, {records.Count} were written");
    }

    /// <summary>Reads every record of a file.</summary>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(string path)
        where T : class, new()
    {
        await using var stream = File.OpenRead(path);
        var result = await ParquetSerializer.DeserializeAsync<T>(stream).ConfigureAwait(false);
        return [.. result.Data];
    }
}
