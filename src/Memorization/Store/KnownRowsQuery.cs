using System.Data.Common;
using System.Globalization;
using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>Reads out of a store what a run has to know of rows: of some, by their keys, or of all.</summary>
/// <remarks>
/// Where all are read, most rows of a large store were refused, in units that are finished: of those only the keys are read, as long texts.
/// Not thread-safe.
/// </remarks>
internal sealed class KnownRowsQuery(StoreDatabase database, KeyPrefixScan prefixes, UnitNumbers units, DueRows due)
{
    private const int KeyDigits = 32;
    private const int RowsPerText = 65_536;

    /// <summary>Those of the keys that the store holds. Reads one column of numbers of all rows, and texts only if some of them may be there.</summary>
    public FoundRows Of(IReadOnlyCollection<UInt128> keys)
    {
        keys = prefixes.Find(keys) ?? keys;
        if (keys.Count == 0) return FoundRows.None;
        database.Fill("wanted", "row_key", keys.Select(Text));
        database.Execute("CREATE OR REPLACE TEMP TABLE known AS SELECT row_key, source_content, source_row_group, source_row FROM rows SEMI JOIN wanted USING (row_key)");
        if (database.Count("SELECT count(*) FROM known") == 0) return FoundRows.None;
        Dictionary<UInt128, KnownRow> rows = [];
        ReadFacts("known", "known", rows);
        HashSet<(int, int)> duplicates = [];
        database.ForEach(
            "SELECT source_content, source_row_group, source_row FROM duplicates SEMI JOIN known USING (row_key)",
            reader => duplicates.Add((units.Of(Unit(reader, 0)), reader.GetInt32(2))));
        return new FoundRows(rows, duplicates);
    }

    /// <summary>Every row that the store holds.</summary>
    public FoundRows All()
    {
        Dictionary<UInt128, KnownRow> rows = new((int)database.Count("SELECT count(*) FROM rows"));
        var numbers = NumberUnits();
        database.Execute("CREATE OR REPLACE TEMP TABLE asked AS SELECT row_key FROM images UNION SELECT row_key FROM verdicts WHERE kept");
        ReadFacts("(SELECT row_key, source_content, source_row_group, source_row FROM rows SEMI JOIN asked USING (row_key))", "asked", rows);
        ReadRefusedOfOpenUnits(numbers, rows);
        ReadSettled(numbers, rows);
        HashSet<(int, int)> duplicates = [];
        database.ForEach(
            "SELECT unit, source_row FROM duplicates JOIN unit_numbers USING (source_content, source_row_group)",
            reader => duplicates.Add((numbers[reader.GetInt32(0)], reader.GetInt32(1))));
        return new FoundRows(rows, duplicates);
    }

    internal static UInt128 Key(ReadOnlySpan<char> hex) => UInt128.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    internal static string Text(UInt128 key) => key.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>The unit that two neighbouring columns name: <c>source_content</c> and <c>source_row_group</c>.</summary>
    internal static UnitId Unit(DbDataReader reader, int column) => new(Key(reader.GetString(column)), reader.GetInt32(column + 1));

    // Verdict, image and embedding of rows; keys are theirs and perhaps others.
    private void ReadFacts(string rows, string keys, Dictionary<UInt128, KnownRow> found) => database.ForEach(
        $"""
        SELECT r.row_key, r.source_content, r.source_row_group, r.source_row, v.row_key IS NOT NULL, i.outcome = 'kept' AND e.content_id IS NOT NULL, i.reason
        FROM {rows} r
        LEFT JOIN (SELECT row_key FROM verdicts SEMI JOIN {keys} USING (row_key)) v USING (row_key)
        LEFT JOIN (SELECT row_key, outcome, reason, content_id FROM images SEMI JOIN {keys} USING (row_key)) i USING (row_key)
        LEFT JOIN (SELECT content_id FROM embeddings) e ON e.content_id = i.content_id
        """,
        reader =>
        {
            var key = Key(reader.GetString(0));
            Reason? failure = reader.IsDBNull(6) || due.Rows.ContainsKey(key) ? null : Enum.Parse<Reason>(reader.GetString(6));
            var isStored = !reader.IsDBNull(5) && reader.GetBoolean(5);
            found.Add(key, new KnownRow(units.Of(Unit(reader, 1)), reader.GetInt32(3), reader.GetBoolean(4), isStored, failure));
        });

    // Settled: finished under this filter and model, so that each row has a verdict, and nothing in it is to be worked on.
    private List<int> NumberUnits()
    {
        database.Execute("""
            CREATE OR REPLACE TEMP TABLE unit_numbers AS
            SELECT source_content, source_row_group, (row_number() OVER () - 1)::INTEGER AS unit,
                   source_content || ':' || source_row_group IN (SELECT unit FROM units) AS settled
            FROM (SELECT source_content, source_row_group FROM rows UNION ALL SELECT source_content, source_row_group FROM duplicates) GROUP BY ALL
            """);
        List<int> numbers = [], open = [];
        database.ForEach("SELECT source_content, source_row_group FROM unit_numbers ORDER BY unit", reader =>
        {
            var unit = Unit(reader, 0);
            if (due.Units.Contains(unit)) open.Add(numbers.Count);
            numbers.Add(units.Of(unit));
        });
        if (open.Count > 0) database.Execute($"UPDATE unit_numbers SET settled = false WHERE unit IN ({string.Join(',', open)})");
        return numbers;
    }

    private void ReadRefusedOfOpenUnits(List<int> numbers, Dictionary<UInt128, KnownRow> rows) => database.ForEach(
        """
        SELECT r.row_key, r.unit, r.source_row, v.row_key IS NOT NULL
        FROM (SELECT * FROM rows JOIN unit_numbers USING (source_content, source_row_group) WHERE NOT settled) r ANTI JOIN asked USING (row_key)
        LEFT JOIN verdicts v USING (row_key)
        """,
        reader => rows.Add(Key(reader.GetString(0)), new KnownRow(numbers[reader.GetInt32(1)], reader.GetInt32(2), reader.GetBoolean(3), IsStored: false, Failure: null)));

    // A settled unit's rows are not read again: where in it they stand is never asked.
    private void ReadSettled(List<int> numbers, Dictionary<UInt128, KnownRow> rows) => database.ForEach(
        $"SELECT unit, string_agg(row_key, '') FROM rows JOIN unit_numbers USING (source_content, source_row_group) WHERE settled GROUP BY unit, source_row // {RowsPerText}",
        reader =>
        {
            var row = new KnownRow(numbers[reader.GetInt32(0)], RowInGroup: -1, HasVerdict: true, IsStored: false, Failure: null);
            var keys = reader.GetString(1);
            for (var i = 0; i < keys.Length; i += KeyDigits) rows.TryAdd(Key(keys.AsSpan(i, KeyDigits)), row);
        });
}
