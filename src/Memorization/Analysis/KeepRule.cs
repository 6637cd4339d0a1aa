using System.Globalization;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>Which rows to train on if a family is to be seen only so often.</summary>
/// <remarks>
/// The first is the row of the image that leads the star with the most rows; of equals the smallest id and the smallest key. Then come the leaders of the other
/// stars, then each star's next row. Stores of the first versions have no stars: there a family is one, led by its smallest id. A leader may have no row left; then
/// any image of its star stands for it.
/// </remarks>
internal static class KeepRule
{
    /// <summary>A query for each row of the study: row_key, url, caption, family, kept.</summary>
    /// <param name="rowsPerFamily">How often a family is to be seen.</param>
    public static string Sql(int rowsPerFamily) => string.Create(CultureInfo.InvariantCulture, $"""
        SELECT row_key, url, caption, family, row_number() OVER (PARTITION BY family ORDER BY place, star_rows DESC, star, row_key) <= {rowsPerFamily} AS kept
        FROM (
            SELECT s.row_key, s.url, s.caption, s.family, star, count(*) OVER (PARTITION BY s.family, star) AS star_rows,
                row_number() OVER (PARTITION BY s.family, star ORDER BY s.content_id <> star, s.row_key) AS place
            FROM study s JOIN (SELECT content_id, coalesce(star, family) AS star FROM families) f USING (content_id))
        """);

    /// <summary>Whether each of a corpus's rows is kept, in its order.</summary>
    public static bool[] Read(StoreDatabase database, int rowsPerFamily) =>
        [.. database.Stream($"SELECT kept FROM ({Sql(rowsPerFamily)}) ORDER BY family, row_key", reader => reader.GetBoolean(0))];
}
