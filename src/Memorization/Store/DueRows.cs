using System.Data.Common;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>What of earlier runs is to be worked on again. It costs what the images do that were asked for, not what all rows do.</summary>
/// <param name="Rows">Rows whose image is to be worked on again under the current model and rules, if their verdict lets them.</param>
/// <param name="Units">Units with a row that the current filter keeps and that is to be worked on, be it for the first time.</param>
internal sealed record DueRows(IReadOnlyDictionary<UInt128, PriorOutcome> Rows, IReadOnlySet<UnitId> Units)
{
    private static readonly string Retried = StoreDatabase.Names(reason => reason.Retry() != Retry.Never);

    /// <summary>Reads it.</summary>
    /// <param name="database">The store, under the current filter and model.</param>
    /// <param name="rules">When a row is tried again.</param>
    /// <param name="model">The current model.</param>
    /// <param name="now">The time.</param>
    public static DueRows Read(StoreDatabase database, StoreRules rules, string model, DateTimeOffset now)
    {
        Dictionary<UInt128, PriorOutcome> due = [];
        var sql = $"""
            SELECT i.row_key, i.outcome = 'kept', i.reason, i.rules, coalesce(i.failures, 0), i.fetched_at, i.content_id, i.blob, i."offset", i.length, i.mime,
                   i.http_status, i.attempts, i.elapsed_ms
            FROM images i LEFT JOIN (SELECT content_id FROM embeddings) e ON e.content_id = i.content_id
            WHERE CASE WHEN i.outcome = 'kept' THEN e.content_id IS NULL ELSE i.reason IN ({Retried}) END
            """;
        database.ForEach(sql, reader =>
        {
            Reason? reason = reader.GetBoolean(1) ? null : Enum.Parse<Reason>(reader.GetString(2));
            if (reason is { } why && !rules.IsDue(why, Text(reader, 3), reader.GetInt32(4), Time(reader), model, now)) return;
            due.Add(KnownRowsQuery.Key(reader.GetString(0)), new PriorOutcome(reason, reader.GetInt32(4), Bytes(reader)));
        });
        return new DueRows(due, ReadUnits(database, due.Keys));
    }

    private static HashSet<UnitId> ReadUnits(StoreDatabase database, IReadOnlyCollection<UInt128> due)
    {
        HashSet<UnitId> units = [];
        database.Fill("due", "row_key", due.Select(KnownRowsQuery.Text));
        database.Execute("""
            CREATE OR REPLACE TEMP TABLE to_do AS
            SELECT row_key FROM (SELECT row_key FROM verdicts WHERE kept) SEMI JOIN due USING (row_key) UNION ALL
            SELECT row_key FROM (SELECT row_key FROM verdicts WHERE kept) ANTI JOIN images USING (row_key)
            """);
        if (database.Count("SELECT count(*) FROM to_do") == 0) return units;
        database.ForEach("SELECT DISTINCT source_content, source_row_group FROM rows SEMI JOIN to_do USING (row_key)", reader => units.Add(KnownRowsQuery.Unit(reader, 0)));
        return units;
    }

    private static StoredBytes? Bytes(DbDataReader reader) => reader.IsDBNull(7) ? null : new StoredBytes(
        new BlobPlace(reader.GetString(7), reader.GetInt64(8), reader.GetInt64(9)),
        reader.GetString(6),
        Text(reader, 10),
        new FetchRecord(reader.IsDBNull(11) ? null : reader.GetInt32(11), reader.GetInt32(12), Time(reader), TimeSpan.FromMilliseconds(reader.GetInt32(13))));

    private static DateTimeOffset Time(DbDataReader reader) =>
        reader.IsDBNull(5) ? default : new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(5), DateTimeKind.Utc));

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
