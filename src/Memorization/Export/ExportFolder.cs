using System.Globalization;
using System.Text.RegularExpressions;
using Memorization.Configuration;
using Memorization.Store;

namespace Memorization.Export;

/// <summary>Writes a study's rows for the tools that come after it; docs/exports.md says what is in each format.</summary>
public static class ExportFolder
{
    /// <summary>Names on the command line.</summary>
    public static IReadOnlyList<string> Formats { get; } = [ClipRetrievalExport.Format, WebDatasetExport.Format, CsvExport.Format, KeepListExport.Format];

    /// <summary>Writes the newest snapshot in one format, in the order of row keys: the same snapshot gives the same rows in the same files.</summary>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="store">The store's folder.</param>
    /// <param name="study">The study: which words a keep list is held against.</param>
    /// <param name="database">The store, opened at its newest snapshot; used by nothing else afterwards.</param>
    /// <param name="folder">Where to; made if it is not there. An earlier export of the same format in it is replaced.</param>
    /// <param name="stop">Stops between two rows; the files that have their names by then are whole.</param>
    /// <exception cref="SetupException">There is nothing to export, the folder cannot be written, or a file of the store is broken.</exception>
    public static async Task<Exported> WriteAsync(string format, string store, Study study, StoreDatabase database, string folder, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(study);
        var rows = format == WebDatasetExport.Format ? SampleRow.Count(database, store) : StudyRows(database, store);
        var spill = Path.GetFullPath(Path.Combine(folder, ".sort"));
        Durable.Guard(folder, () => Directory.CreateDirectory(folder));
        if (Directory.Exists(spill)) Directory.Delete(spill, recursive: true); // of a killed export
        database.SpillTo(spill);
        try
        {
            var exported = await WriteAsync(format, store, study, database, rows, folder, stop).ConfigureAwait(false);
            return exported.Rows == rows ? exported
                : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{exported.Rows} rows were written and the store {store} has {rows}: a row or an image is there twice or not at all"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"cannot write {folder}: {exception.Message.ReplaceLineEndings(" ")}; free or open the folder and run again", exception);
        }
        finally
        {
            if (Directory.Exists(spill)) Directory.Delete(spill, recursive: true);
        }
    }

    /// <summary>Removes the files of an earlier export, which may have had more parts.</summary>
    /// <param name="folder">Their folder.</param>
    /// <param name="parts">The names of parts, and nothing else.</param>
    internal static void RemoveEarlier(string folder, Regex parts)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => parts.IsMatch(Path.GetFileName(file)))) File.Delete(file);
    }

    private static async Task<Exported> WriteAsync(string format, string store, Study study, StoreDatabase database, long rows, string folder, CancellationToken stop)
    {
        if (format == ClipRetrievalExport.Format) return await ClipRetrievalExport.WriteAsync(database, rows, folder, stop).ConfigureAwait(false);
        if (format == CsvExport.Format) return await CsvExport.WriteAsync(database, folder, stop).ConfigureAwait(false);
        if (format == KeepListExport.Format) return await KeepListExport.WriteAsync(database, study, folder, stop).ConfigureAwait(false);
        if (format != WebDatasetExport.Format) throw new ArgumentException($"there is no format {format}", nameof(format));
        using var blobs = new BlobReader(store);
        return await WebDatasetExport.WriteAsync(SampleRow.Read(database, stop), blobs, folder, stop).ConfigureAwait(false);
    }

    private static long StudyRows(StoreDatabase database, string store)
    {
        var rows = database.Count("SELECT count(*) FROM study");
        return rows > 0 ? rows : throw new SetupException($"there is nothing to export: no row of {store} is kept by the filter, stored and in a family; `memorization status STUDY` says where rows ended");
    }
}
