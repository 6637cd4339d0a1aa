using Memorization.Store;

namespace Memorization.Report;

/// <summary>A number the report opens with, and the query that anyone can run to get it again.</summary>
/// <param name="Name">Its name in the CSV and JSON files.</param>
/// <param name="Label">What a person reads below it.</param>
/// <param name="Value">The number.</param>
/// <param name="Meaning">How it is defined.</param>
/// <param name="Sql">The query over the store's views.</param>
internal sealed record KeyFigure(string Name, string Label, long Value, string Meaning, string Sql)
{
    private static readonly (string Name, string Label, string Meaning, string Sql)[] Definitions =
    [
        ("rows_read", "rows read", "rows of the finished row groups of the input, and the selected rows of row groups that a stopped run left unfinished",
            "SELECT (SELECT coalesce(sum(rows), 0) FROM units) + (SELECT count(*) FROM unfinished_rows JOIN verdicts USING (row_key))"),
        ("rows_kept", "rows kept", "rows that the filter keeps, whose image is stored and belongs to a family", "SELECT count(*) FROM study"),
        ("images", "distinct images", "distinct contents among them, by the SHA-256 of the bytes received", "SELECT count(DISTINCT content_id) FROM study"),
        ("families", "families", "connected components of images whose cosine similarity reaches the threshold, single images included",
            "SELECT count(DISTINCT family) FROM study"),
        ("families_of_two", "families of two rows or more", "families with at least two rows",
            "SELECT count(*) FROM (SELECT family FROM study GROUP BY family HAVING count(*) >= 2)"),
        ("rows_in_families_of_two", "rows in those families", "rows whose family has at least two rows",
            "SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM study GROUP BY family HAVING count(*) >= 2)"),
    ];

    /// <summary>Runs every figure's query.</summary>
    public static IReadOnlyList<KeyFigure> Compute(StoreDatabase database) =>
        [.. Definitions.Select(of => new KeyFigure(of.Name, of.Label, database.Count(of.Sql), of.Meaning, of.Sql))];
}
