using Memorization.Store;

namespace Memorization.Export;

/// <summary>The rows of the study with their families, for a spreadsheet or a data frame.</summary>
internal static class CsvExport
{
    public const string Format = "csv";

    private const string Sql = """
        SELECT s.row_key, s.url, s.caption, s.content_id, s.family, n.stable_id, f.star, f.similarity_to_leader, s.host
        FROM study s JOIN families f ON f.content_id = s.content_id LEFT JOIN family_names n ON n.family = s.family
        ORDER BY s.row_key
        """;

    private static readonly string[] Columns = ["row_key", "url", "caption", "content_id", "family", "stable_id", "star", "similarity_to_leader", "host"];

    public static async Task<Exported> WriteAsync(StoreDatabase database, string folder, CancellationToken stop)
    {
        using var file = new CsvOutput(folder, "study.csv", Columns);
        foreach (var cells in database.Stream(Sql, reader => Enumerable.Range(0, Columns.Length).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i)).ToArray(), stop))
        {
            await file.WriteAsync(cells).ConfigureAwait(false);
        }

        var published = file.Publish();
        return new Exported(Format, published.Rows, [published]);
    }
}
