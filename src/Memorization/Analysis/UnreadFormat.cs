using System.Globalization;
using Memorization.Flow;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>An image format that is recognised and not read, with the rows it cost, among those that the filter keeps.</summary>
/// <param name="Format">Its name in small letters ("tiff"), or "unknown format".</param>
/// <param name="Rows">Rows whose image has it.</param>
public sealed record UnreadFormat(string Format, long Rows)
{
    /// <summary>Every such format, most frequent first; equal ones by name.</summary>
    public static IReadOnlyList<UnreadFormat> All(StoreDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.Query(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT coalesce(i.detail, ''), count(*)
            FROM images i JOIN verdicts v USING (row_key) WHERE v.kept AND i.reason = '{nameof(Reason.UnsupportedFormat)}'
            GROUP BY ALL ORDER BY count(*) DESC, 1
            """), reader => new UnreadFormat(reader.GetString(0), reader.GetInt64(1)));
    }
}
