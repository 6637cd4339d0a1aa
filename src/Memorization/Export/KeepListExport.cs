using Memorization.Store;

namespace Memorization.Export;

/// <summary>Which rows to train on if each family is to be seen once: keep.csv has one row of each, drop.csv the others.</summary>
internal static class KeepListExport
{
    public const string Format = "keep-list";

    // The row of the image that leads the star with the most rows; of equals the smallest id and the smallest key. Stores of the first versions have no
    // stars: there a family is one, led by its smallest id. A leader may have no row left; then any image of its star stands for it.
    private const string Sql = """
        WITH members AS (
            SELECT s.row_key, s.url, s.caption, s.family, s.content_id, coalesce(f.star, s.family) AS star, count(*) OVER (PARTITION BY s.family, coalesce(f.star, s.family)) AS star_rows
            FROM study s JOIN families f ON f.content_id = s.content_id)
        SELECT row_key, url, caption, family, row_number() OVER (PARTITION BY family ORDER BY star_rows DESC, star, content_id <> star, row_key) = 1
        FROM members ORDER BY row_key
        """;

    private static readonly string[] Columns = ["row_key", "url", "caption", "family"];

    public static async Task<Exported> WriteAsync(StoreDatabase database, string folder, CancellationToken stop)
    {
        using var keep = new CsvOutput(folder, "keep.csv", Columns);
        using var drop = new CsvOutput(folder, "drop.csv", Columns);
        foreach (var (cells, kept) in database.Stream(Sql, reader => ((object?[])[reader.GetString(0), reader.TextOrNull(1), reader.GetString(2), reader.GetString(3)], reader.GetBoolean(4)), stop))
        {
            await (kept ? keep : drop).WriteAsync(cells).ConfigureAwait(false);
        }

        ExportedFile[] files = [keep.Publish(), drop.Publish()];
        return new Exported(Format, files.Sum(file => file.Rows), files);
    }
}
