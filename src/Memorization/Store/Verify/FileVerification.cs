using System.Globalization;
using System.Security.Cryptography;
using Parquet;

namespace Memorization.Store;

/// <summary>Checks data files against what the log says of them: length, SHA-256, rows, columns. Each file is read once, whatever states it is part of.</summary>
internal sealed class FileVerification(VerifyNotes notes)
{
    private const string Kind = "file";

    private readonly Dictionary<string, bool> _sound = [];

    /// <summary>Checks the files of a state.</summary>
    /// <returns>Whether all are sound, so that they can be queried.</returns>
    public async Task<bool> RunAsync(StoreTables tables, CancellationToken stop)
    {
        var areSound = true;
        foreach (var table in Tables.All)
        {
            foreach (var file in tables.Files(table))
            {
                var path = tables.PathOf(table.Name, file.Path);
                if (!_sound.TryGetValue(path, out var isSound)) _sound.Add(path, isSound = await IsSoundAsync(table, file, path, stop).ConfigureAwait(false));
                areSound &= isSound;
            }
        }

        return areSound;
    }

    private async Task<bool> IsSoundAsync(TableDefinition table, DeltaAdd file, string path, CancellationToken stop)
    {
        try
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
            notes.Counts = notes.Counts with { Files = notes.Counts.Files + 1, Bytes = notes.Counts.Bytes + stream.Length };
            var wrong = stream.Length != file.Size
                ? string.Create(CultureInfo.InvariantCulture, $"the file has {stream.Length} bytes, the log says {file.Size}")
                : await HashAsync(file, stream, stop).ConfigureAwait(false) ?? await FooterAsync(table, file, stream, stop).ConfigureAwait(false);
            if (wrong is null) return true;
            notes.Add(Kind, path, wrong);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            notes.Add(Kind, path, "the file is missing");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            notes.Add(Kind, path, exception.Message, "mend the disk or its rights, or restore it from a copy");
        }

        return false;
    }

    private static async Task<string?> HashAsync(DeltaAdd file, FileStream stream, CancellationToken stop)
    {
        // A log of another writer has no hashes.
        if (file.Tags?.GetValueOrDefault(DeltaAdd.Sha256) is not { } expected) return null;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, stop).ConfigureAwait(false));
        return hash == expected ? null : $"the file's SHA-256 is {hash}, the log says {expected}";
    }

    private async Task<string?> FooterAsync(TableDefinition table, DeltaAdd file, FileStream stream, CancellationToken stop)
    {
        stream.Position = 0;
        try
        {
            await using var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true, cancellationToken: stop).ConfigureAwait(false);
            var rows = reader.RowGroups.Sum(group => group.RowCount);
            notes.Counts = notes.Counts with { Rows = notes.Counts.Rows + rows };
            if (FileStatistics.Rows(file.Stats) is var said && said != rows) return string.Create(CultureInfo.InvariantCulture, $"the file has {rows} rows, the log says {said}");
            // Files of earlier versions may lack columns that may be null.
            var found = reader.Schema.Fields.Select(TableColumn.From).ToDictionary(column => column.Name, column => column.Sql);
            return table.Columns.FirstOrDefault(column => found.TryGetValue(column.Name, out var type) ? type != column.Sql : !column.IsNullable) is { } wrong
                ? $"the file has no column {wrong.Name} of type {wrong.Sql}" : null;
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
        {
            // Parquet.Net says many things of broken files.
            return $"the file is no Parquet file: {exception.Message}";
        }
    }
}
