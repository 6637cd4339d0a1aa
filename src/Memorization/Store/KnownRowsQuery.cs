using System.Data.Common;
using System.Globalization;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>Reads out of a store what a run has to know of its rows.</summary>
internal sealed class KnownRowsQuery(StoreDatabase database, StoreRules rules, string model, DateTimeOffset now)
{
    private readonly Dictionary<UnitId, int> _units = [];
    private readonly Dictionary<string, int> _unitNames = [];

    public KnownRows Load()
    {
        Dictionary<UInt128, KnownRow> rows = [];
        Dictionary<UInt128, PriorOutcome> due = [];
        HashSet<int> dueUnits = [];
        const string sql = """
            SELECT r.row_key, r.source_content || ':' || r.source_row_group, r.source_row, v.kept, e.content_id IS NOT NULL, i.outcome, i.reason, i.rules,
                   coalesce(i.failures, 0), i.fetched_at, i.content_id, i.blob, i."offset", i.length, i.mime, i.http_status, i.attempts, i.elapsed_ms
            FROM rows r LEFT JOIN verdicts v USING (row_key) LEFT JOIN images i USING (row_key)
            LEFT JOIN (SELECT content_id FROM embeddings) e ON e.content_id = i.content_id
            """;
        database.ForEach(sql, reader =>
        {
            var key = Key(reader.GetString(0));
            var (unit, wasFetched) = (UnitNumber(reader.GetString(1)), !reader.IsDBNull(5));
            var wasKept = wasFetched && reader.GetString(5) == ImageRecord.Kept;
            var isStored = wasKept && reader.GetBoolean(4);
            Reason? reason = reader.IsDBNull(6) ? null : Enum.Parse<Reason>(reader.GetString(6));
            var isDue = wasFetched && !isStored && (wasKept || rules.IsDue(reason!.Value, Text(reader, 7), reader.GetInt32(8), Time(reader), model, now));
            rows.Add(key, new KnownRow(unit, reader.GetInt32(2), !reader.IsDBNull(3), isStored, isDue ? null : reason));
            if (isDue) due.Add(key, new PriorOutcome(reason, reader.GetInt32(8), Bytes(reader)));
            if ((isDue || !wasFetched) && !reader.IsDBNull(3) && reader.GetBoolean(3)) dueUnits.Add(unit);
        });

        HashSet<(int, int)> duplicates = [];
        database.ForEach(
            "SELECT source_content || ':' || source_row_group, source_row FROM duplicates",
            reader => duplicates.Add((UnitNumber(reader.GetString(0)), reader.GetInt32(1))));
        Dictionary<string, BlobPlace> blobs = [];
        // Bytes that were damaged lie in a later shard again.
        database.ForEach(
            "SELECT DISTINCT ON (content_id) content_id, blob, \"offset\", length FROM images WHERE blob IS NOT NULL ORDER BY content_id, blob DESC",
            reader => blobs.Add(reader.GetString(0), new BlobPlace(reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3))));
        var byNumber = _units.ToDictionary(unit => unit.Value, unit => unit.Key);
        return new KnownRows(rows, _units)
        {
            Due = due,
            DueUnits = dueUnits.Select(unit => byNumber[unit]).ToHashSet(),
            Contents = Contents("embeddings"),
            Thumbnails = Contents("thumbnails"),
            Blobs = blobs,
            Duplicates = duplicates,
        };
    }

    private HashSet<string> Contents(string table)
    {
        HashSet<string> contents = [];
        database.ForEach($"SELECT content_id FROM {table}", reader => contents.Add(reader.GetString(0)));
        return contents;
    }

    // Of many rows few units: each name is parsed once.
    private int UnitNumber(string name)
    {
        if (_unitNames.TryGetValue(name, out var number)) return number;
        number = _units.Count;
        _units.Add(UnitId.Parse(name), number);
        _unitNames.Add(name, number);
        return number;
    }

    private static StoredBytes? Bytes(DbDataReader reader) => reader.IsDBNull(11) ? null : new StoredBytes(
        new BlobPlace(reader.GetString(11), reader.GetInt64(12), reader.GetInt64(13)),
        reader.GetString(10),
        Text(reader, 14),
        new FetchRecord(reader.IsDBNull(15) ? null : reader.GetInt32(15), reader.GetInt32(16), Time(reader), TimeSpan.FromMilliseconds(reader.GetInt32(17))));

    public static UInt128 Key(string hex) => UInt128.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(DbDataReader reader) =>
        reader.IsDBNull(9) ? default : new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(9), DateTimeKind.Utc));

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
