using System.IO.Compression;
using System.Text;

namespace Memorization.Report;

/// <summary>A column of a table on the page.</summary>
/// <param name="Name">Its head.</param>
/// <param name="IsNumber">Whether its cells begin with a number: they stand right and sort by it.</param>
internal readonly record struct Column(string Name, bool IsNumber = true);

/// <summary>A table whose heads sort it and whose numbers can be saved as CSV: the script reads the numbers from the cells, and the file from the link.</summary>
internal static class SortableTable
{
    /// <summary>Writes a table.</summary>
    /// <param name="label">What it is, for those who do not see it.</param>
    /// <param name="class">Its class in the style sheet.</param>
    /// <param name="file">The rows that it shows, in full precision.</param>
    /// <param name="columns">Its heads.</param>
    /// <param name="rows">Its rows.</param>
    public static Html Of(string label, string @class, ResultTable file, IReadOnlyList<Column> columns, Html rows) => Html.Of($"""
        <div class="scroll" tabindex="0" role="group" aria-label="{label}">
        <table class="sortable {@class}">
        <thead><tr>{Html.Each(columns, Head)}</tr></thead>
        <tbody>
        {rows}
        </tbody>
        </table>
        </div>
        <p class="download">{Download(label, file)}</p>
        """);

    // Packed, since a page has megabytes of it; without the script the packed file is what is saved.
    private static Html Download(string label, ResultTable file)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(file.ToCsv()));
        var bytes = Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
        return Html.Of($"<a class=\"csv\" download=\"{file.Name}.csv.gz\" href=\"data:application/gzip;base64,{Html.Own(bytes)}\">Save as CSV<span class=\"visually-hidden\">: {label}</span></a>");
    }

    private static Html Head(Column column) =>
        Html.Of($"<th scope=\"col\"{(column.IsNumber ? Html.Own(" class=\"number\"") : default)}><button type=\"button\">{column.Name}</button></th>");
}
