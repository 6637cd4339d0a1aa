using System.Data.Common;
using System.Globalization;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>Reads out of a store what a run has to know of its rows.</summary>
/// <remarks>
/// Most rows of a large store were refused, in units that are finished: of those only the keys are read, as long texts, since each run reads them all.
/// </remarks>
internal sealed class KnownRowsQuery(StoreDatabase database, StoreRules rules, string model, DateTimeOffset now)
{
    private const int KeyDigits = 32;
    private const int RowsPerText = 65_536;

    private readonly Dictionary<UnitId, int> _units = [];
    private readonly Dictionary<UnitId, long> _selected = [];
    private readonly Dictionary<UInt128, KnownRow> _rows = [];
    private readonly Dictionary<UInt128, PriorOutcome> _due = [];
    private readonly HashSet<int> _dueUnits = [];

    public KnownRows Load()
    {
        NumberUnits();
        ReadAsked();
        ReadRefusedOfOpenUnits();
        ReadSettled();
        return new KnownRows(_rows, _units)
        {
            Selected = _selected,
            Due = _due,
            DueUnits = _units.Where(unit => _dueUnits.Contains(unit.Value)).Select(unit => unit.Key).ToHashSet(),
            Contents = Contents("embeddings"),
            Thumbnails = Contents("thumbnails"),
            Blobs = Blobs(),
            Duplicates = Duplicates(),
        };
    }

    // Settled: finished under this filter and model, so that each row has a verdict.
    private void NumberUnits()
    {
        database.Execute("""
            CREATE TEMP TABLE unit_numbers AS
            SELECT source_content, source_row_group, (row_number() OVER () - 1)::INTEGER AS unit, count(*) AS selected,
                   source_content || ':' || source_row_group IN (SELECT unit FROM units) AS settled
            FROM (SELECT source_content, source_row_group FROM rows UNION ALL SELECT source_content, source_row_group FROM duplicates) GROUP BY ALL
            """);
        database.ForEach("SELECT source_content, source_row_group, unit, selected FROM unit_numbers", reader =>
        {
            var unit = new UnitId(Key(reader.GetString(0)), reader.GetInt32(1));
            _units.Add(unit, reader.GetInt32(2));
            _selected.Add(unit, reader.GetInt64(3));
        });
        _rows.EnsureCapacity((int)_selected.Values.Sum());
    }

    // Rows whose image was asked for, or is to be.
    private void ReadAsked()
    {
        database.Execute("CREATE TEMP TABLE asked AS SELECT row_key FROM images UNION SELECT row_key FROM verdicts WHERE kept");
        const string sql = """
            SELECT r.row_key, n.unit, r.source_row, v.kept, e.content_id IS NOT NULL, i.outcome = 'kept', i.reason, i.rules,
                   coalesce(i.failures, 0), i.fetched_at, i.content_id, i.blob, i."offset", i.length, i.mime, i.http_status, i.attempts, i.elapsed_ms
            FROM (SELECT * FROM rows SEMI JOIN asked USING (row_key)) r JOIN unit_numbers n USING (source_content, source_row_group)
            LEFT JOIN (SELECT * FROM verdicts SEMI JOIN asked USING (row_key)) v USING (row_key) LEFT JOIN images i USING (row_key)
            LEFT JOIN (SELECT content_id FROM embeddings) e ON e.content_id = i.content_id
            """;
        database.ForEach(sql, reader =>
        {
            var key = Key(reader.GetString(0));
            var (unit, hasVerdict, wasFetched) = (reader.GetInt32(1), !reader.IsDBNull(3), !reader.IsDBNull(5));
            var wasKept = wasFetched && reader.GetBoolean(5);
            var isStored = wasKept && reader.GetBoolean(4);
            Reason? reason = reader.IsDBNull(6) ? null : Enum.Parse<Reason>(reader.GetString(6));
            var isDue = wasFetched && !isStored && (wasKept || rules.IsDue(reason!.Value, Text(reader, 7), reader.GetInt32(8), Time(reader), model, now));
            _rows.Add(key, new KnownRow(unit, reader.GetInt32(2), hasVerdict, isStored, isDue ? null : reason));
            if (isDue) _due.Add(key, new PriorOutcome(reason, reader.GetInt32(8), Bytes(reader)));
            if ((isDue || !wasFetched) && hasVerdict && reader.GetBoolean(3)) _dueUnits.Add(unit);
        });
        if (_dueUnits.Count > 0) database.Execute($"UPDATE unit_numbers SET settled = false WHERE unit IN ({string.Join(',', _dueUnits)})");
    }

    private void ReadRefusedOfOpenUnits() => database.ForEach(
        """
        SELECT r.row_key, r.unit, r.source_row, v.row_key IS NOT NULL
        FROM (SELECT * FROM rows JOIN unit_numbers USING (source_content, source_row_group) WHERE NOT settled) r ANTI JOIN asked USING (row_key)
        LEFT JOIN verdicts v USING (row_key)
        """,
        reader => _rows.Add(Key(reader.GetString(0)), new KnownRow(reader.GetInt32(1), reader.GetInt32(2), reader.GetBoolean(3), IsStored: false, Failure: null)));

    // A settled unit's rows are not read again: where in it they stand is never asked.
    private void ReadSettled() => database.ForEach(
        $"SELECT unit, string_agg(row_key, '') FROM rows JOIN unit_numbers USING (source_content, source_row_group) WHERE settled GROUP BY unit, source_row // {RowsPerText}",
        reader =>
        {
            var row = new KnownRow(reader.GetInt32(0), RowInGroup: -1, HasVerdict: true, IsStored: false, Failure: null);
            var keys = reader.GetString(1);
            for (var i = 0; i < keys.Length; i += KeyDigits) _rows.TryAdd(Key(keys.AsSpan(i, KeyDigits)), row);
        });

    private HashSet<(int Unit, int RowInGroup)> Duplicates()
    {
        HashSet<(int, int)> duplicates = [];
        database.ForEach(
            "SELECT unit, source_row FROM duplicates JOIN unit_numbers USING (source_content, source_row_group)",
            reader => duplicates.Add((reader.GetInt32(0), reader.GetInt32(1))));
        return duplicates;
    }

    // Bytes that were damaged lie in a later shard again.
    private Dictionary<string, BlobPlace> Blobs()
    {
        Dictionary<string, BlobPlace> blobs = [];
        database.ForEach(
            "SELECT DISTINCT ON (content_id) content_id, blob, \"offset\", length FROM images WHERE blob IS NOT NULL ORDER BY content_id, blob DESC",
            reader => blobs.Add(reader.GetString(0), new BlobPlace(reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3))));
        return blobs;
    }

    private HashSet<string> Contents(string table)
    {
        HashSet<string> contents = [];
        database.ForEach($"SELECT content_id FROM {table}", reader => contents.Add(reader.GetString(0)));
        return contents;
    }

    private static StoredBytes? Bytes(DbDataReader reader) => reader.IsDBNull(11) ? null : new StoredBytes(
        new BlobPlace(reader.GetString(11), reader.GetInt64(12), reader.GetInt64(13)),
        reader.GetString(10),
        Text(reader, 14),
        new FetchRecord(reader.IsDBNull(15) ? null : reader.GetInt32(15), reader.GetInt32(16), Time(reader), TimeSpan.FromMilliseconds(reader.GetInt32(17))));

    internal static UInt128 Key(ReadOnlySpan<char> hex) => UInt128.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(DbDataReader reader) =>
        reader.IsDBNull(9) ? default : new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(9), DateTimeKind.Utc));

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
