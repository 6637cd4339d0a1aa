using System.Globalization;
using ParquetSharp;

namespace Memorization.Pipelines.Demo;

/// <summary>Writes a world's rows as LAION-400M's files have them: Snappy, every column nullable, several row groups each.</summary>
internal static class DemoFiles
{
    public const int Files = 3;
    private const int RowGroupsPerFile = 4;

    private static readonly Column[] Columns =
    [
        new Column<long?>("SAMPLE_ID"), new Column<string?>("URL"), new Column<string?>("TEXT"), new Column<int?>("HEIGHT"), new Column<int?>("WIDTH"),
        new Column<string?>("LICENSE"), new Column<string?>("NSFW"), new Column<double?>("similarity"),
    ];

    /// <summary>Writes the files; the same rows give the same bytes.</summary>
    /// <param name="rows">The rows; consecutive thirds go to one file each.</param>
    /// <param name="folder">Made if it is not there; files of the same names are replaced.</param>
    /// <returns>The full paths, in order.</returns>
    public static IReadOnlyList<string> Write(IReadOnlyList<DemoRow> rows, string folder)
    {
        Directory.CreateDirectory(folder);
        var perFile = (rows.Count + Files - 1) / Files;
        return [.. rows.Chunk(perFile).Select((part, i) =>
        {
            var path = Path.GetFullPath(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"part-{i:00000}-demo-c000.snappy.parquet")));
            WriteFile(part, path);
            return path;
        })];
    }

    private static void WriteFile(DemoRow[] rows, string path)
    {
        using var file = new ParquetFileWriter(path, Columns, Compression.Snappy);
        foreach (var group in rows.Chunk((rows.Length + RowGroupsPerFile - 1) / RowGroupsPerFile))
        {
            using var writer = file.AppendRowGroup();
            Write(writer, group, row => (long?)row.SampleId);
            Write(writer, group, row => row.Url);
            Write(writer, group, row => row.Caption);
            Write(writer, group, row => (int?)row.Picture.Height);
            Write(writer, group, row => (int?)row.Picture.Width);
            Write(writer, group, row => row.License);
            Write(writer, group, row => row.Nsfw);
            Write(writer, group, row => (double?)row.Similarity);
        }

        file.Close();
    }

    private static void Write<T>(RowGroupWriter writer, DemoRow[] rows, Func<DemoRow, T> value)
    {
        using var column = writer.NextColumn().LogicalWriter<T>();
        column.WriteBatch([.. rows.Select(value)]);
    }
}
