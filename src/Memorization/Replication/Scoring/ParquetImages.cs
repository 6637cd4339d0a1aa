using System.Globalization;
using DuckDB.NET.Data;
using Memorization.Configuration;

namespace Memorization.Replication.Scoring;

/// <summary>Images in the rows of a Parquet file: a column of bytes, or of {bytes, path} as Hugging Face's datasets write them, with caption and seed beside it.</summary>
internal static class ParquetImages
{
    private static readonly string[] ImageColumns = ["image", "jpg", "png", "webp", "bytes"];
    private static readonly string[] CaptionColumns = ["caption", "prompt", "text"];

    /// <summary>Reads a file, a row in memory at a time; rows without bytes are left out.</summary>
    /// <exception cref="SetupException">It cannot be read, or has no such column.</exception>
    public static IEnumerable<GivenImage> Read(string file, string name)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        var source = $"read_parquet('{file.Replace("'", "''", StringComparison.Ordinal)}')";
        var columns = Columns(command, source, file);
        var image = ImageColumns.FirstOrDefault(columns.ContainsKey) ?? throw new SetupException($"{file} has no column of images; it must be one of {string.Join(", ", ImageColumns)}");
        var bytes = columns[image].StartsWith("STRUCT", StringComparison.Ordinal) ? $"\"{image}\".bytes" : $"\"{image}\"";
        var caption = CaptionColumns.FirstOrDefault(columns.ContainsKey) is { } text ? $"\"{text}\"::VARCHAR" : "NULL";
        var seed = columns.ContainsKey("seed") ? "TRY_CAST(seed AS BIGINT)" : "NULL";
        command.CommandText = $"SELECT file_row_number, {caption}, {seed}, {bytes}::BLOB FROM read_parquet('{file.Replace("'", "''", StringComparison.Ordinal)}', file_row_number = true) WHERE {bytes} IS NOT NULL";
        command.UseStreamingMode = true;
        using var reader = Guard(command.ExecuteReader, file);
        while (Guard(reader.Read, file))
        {
            using var stream = (Stream)reader.GetValue(3);
            var buffer = new byte[stream.Length];
            stream.ReadExactly(buffer);
            yield return new GivenImage(
                string.Create(CultureInfo.InvariantCulture, $"{name}/{reader.GetInt64(0)}"), reader.IsDBNull(1) ? null : reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt64(2), buffer);
        }
    }

    private static Dictionary<string, string> Columns(DuckDBCommand command, string source, string file)
    {
        command.CommandText = $"DESCRIBE SELECT * FROM {source}";
        using var reader = Guard(command.ExecuteReader, file);
        Dictionary<string, string> columns = [];
        while (reader.Read()) columns[reader.GetString(0)] = reader.GetString(1);
        return columns;
    }

    private static T Guard<T>(Func<T> read, string file)
    {
        try
        {
            return read();
        }
        catch (DuckDBException exception)
        {
            throw new SetupException($"{file} is not a Parquet file that can be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
