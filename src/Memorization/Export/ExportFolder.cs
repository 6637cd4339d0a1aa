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
    /// <param name="database">The store, opened at its newest snapshot; used by nothing else afterwards.</param>
    /// <param name="folder">Where to; made if it is not there. An earlier export of the same format in it is replaced.</param>
    /// <param name="stop">Stops between two rows; the files that have their names by then are whole.</param>
    /// <exception cref="SetupException">There is nothing to export, the folder cannot be written, or a file of the store is broken.</exception>
    public static async Task<Exported> WriteAsync(string format, string store, StoreDatabase database, string folder, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(database);
        var spill = Path.GetFullPath(Path.Combine(folder, ".sort"));
        database.SpillTo(spill);
        try
        {
            return format switch
            {
                ClipRetrievalExport.Format => await ClipRetrievalExport.WriteAsync(database, StudyRows(store, database), folder, stop).ConfigureAwait(false),
                WebDatasetExport.Format => await OfImagesAsync(store, database, folder, stop).ConfigureAwait(false),
                CsvExport.Format => await CsvExport.WriteAsync(database, StudyRows(store, database), folder, stop).ConfigureAwait(false),
                KeepListExport.Format => await KeepListExport.WriteAsync(database, StudyRows(store, database), folder, stop).ConfigureAwait(false),
                _ => throw new SetupException($"there is no format {format}: the formats are {string.Join(", ", Formats)}"),
            };
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
    /// <param name="folder">Its folder.</param>
    /// <param name="parts">The names of parts, and nothing else.</param>
    internal static void RemoveEarlier(string folder, Regex parts)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => parts.IsMatch(Path.GetFileName(file))))
            Durable.Guard(file, () => { File.Delete(file); return true; });
    }

    private static async Task<Exported> OfImagesAsync(string store, StoreDatabase database, string folder, CancellationToken stop)
    {
        var rows = SampleRow.Read(database, store);
        using var blobs = new BlobReader(store);
        return await WebDatasetExport.WriteAsync(rows, blobs, folder, stop).ConfigureAwait(false);
    }

    private static long StudyRows(string store, StoreDatabase database)
    {
        var rows = database.Count("SELECT count(*) FROM study");
        return rows > 0 ? rows : throw new SetupException($"there is nothing to export: no row of {store} is kept by the filter, stored and in a family; `memorization status STUDY` says where rows ended");
    }
}
