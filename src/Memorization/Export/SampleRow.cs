using System.Data.Common;
using Memorization.Configuration;
using Memorization.Store;

namespace Memorization.Export;

/// <summary>A row that was asked for, as an export of images needs it.</summary>
/// <param name="RowKey">The row.</param>
/// <param name="Url">As the metadata has it.</param>
/// <param name="Caption">As the metadata has it.</param>
internal sealed record SampleRow(string RowKey, string? Url, string Caption)
{
    /// <summary>Why the row is not stored; null if it is.</summary>
    public string? Reason { get; init; }

    /// <summary>What was seen.</summary>
    public string? Detail { get; init; }

    /// <summary>SHA-256 of the bytes received; null if there were none.</summary>
    public string? ContentId { get; init; }

    /// <summary>Pixels of the image as received.</summary>
    public int? Width { get; init; }

    /// <summary>Pixels of the image as received.</summary>
    public int? Height { get; init; }

    /// <summary>The image's family.</summary>
    public string? Family { get; init; }

    /// <summary>Where the bytes lie; null where they were not kept.</summary>
    public BlobPlace? Place { get; init; }

    private const string Asked = "FROM rows r JOIN verdicts v USING (row_key) JOIN images i USING (row_key)";

    // Any row of the same content may have the bytes; the newest shard has them where an older one was damaged.
    private const string Sql = $"""
        WITH places AS (
            SELECT content_id, max(blob) AS blob, max_by("offset", blob) AS "offset", max_by(length, blob) AS length
            FROM images WHERE blob IS NOT NULL GROUP BY content_id)
        SELECT r.row_key, r.url, r.caption, i.reason, i.detail, i.content_id, i.width, i.height, f.family, p.blob, p."offset", p.length
        {Asked}
        LEFT JOIN families f ON f.content_id = i.content_id LEFT JOIN places p ON p.content_id = i.content_id
        WHERE v.kept ORDER BY r.row_key
        """;

    /// <summary>How many rows <see cref="Read(StoreDatabase, CancellationToken)"/> gives.</summary>
    /// <exception cref="SetupException">The store has the bytes of none.</exception>
    public static long Count(StoreDatabase database, string store)
    {
        // Stores of earlier versions have no such column.
        var withBytes = database.Count("SELECT count(*) FROM (DESCRIBE images) WHERE column_name = 'blob'") == 0 ? 0
            : database.Count($"SELECT count(*) {Asked} WHERE v.kept AND i.outcome = 'kept' AND i.content_id IN (SELECT content_id FROM images WHERE blob IS NOT NULL)");
        return withBytes > 0 ? database.Count($"SELECT count(*) {Asked} WHERE v.kept")
            : throw new SetupException($"there is nothing to export: {store} has the bytes of no stored image; set store.images=original before the run that fetches them");
    }

    /// <summary>The rows that the filter keeps and that were asked for, by key.</summary>
    public static IEnumerable<SampleRow> Read(StoreDatabase database, CancellationToken stop) => database.Stream(Sql, Read, stop);

    private static SampleRow Read(DbDataReader reader) => new(reader.GetString(0), reader.TextOrNull(1), reader.GetString(2))
    {
        Reason = reader.TextOrNull(3),
        Detail = reader.TextOrNull(4),
        ContentId = reader.TextOrNull(5),
        Width = reader.OrNull<int>(6),
        Height = reader.OrNull<int>(7),
        Family = reader.TextOrNull(8),
        Place = reader.IsDBNull(9) ? null : new BlobPlace(reader.GetString(9), reader.GetInt64(10), reader.GetInt64(11)),
    };
}
