using Memorization.Captions;
using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>Stage: lets through only rows that are neither in the store nor met before in this run, and those that are to be tried again.</summary>
/// <remarks>
/// A store has many more rows than a night brings. So what it holds of a row is looked up when the row has been read, many rows in one query. It is soon
/// found out where none of them is there; once looking up some that are has cost about as much as to read what the store holds of all rows, that is done.
/// A row that nobody has announced is looked up by itself, which is slow and gives the same. The stage runs one row at a time, in the order of the scan, so
/// that the first of two equal rows is the one that counts; looking up is thread-safe.
/// </remarks>
public sealed class KnownRows : IDisposable
{
    // To read what is held of all rows takes as long as five or six look-ups that find some (tests/Memorization.Benchmarks/results/store.md).
    private const int MostFindings = 6;

    // All rows of the store are gone through for each look-up, so a large store is asked for more at once; what is held meanwhile slows the collector of garbage down.
    // 32 MB are 88,000 rows with captions of 60 characters.
    private const int LeastCharacters = 1 << 24;
    private const int MostCharacters = 1 << 26;
    private const long RowsForLeast = 10_000_000;

    private readonly StoreDatabase _database;
    private readonly KnownRowsQuery _query;
    private readonly Lock _querying = new();
    private readonly KnownRowSet _found = new();
    private readonly UnitNumbers _units = new();
    private readonly DueRows _due;
    private readonly KnownContents _contents;
    private readonly Lazy<Dictionary<UnitId, long>> _selected;
    private readonly KeySet _met = new();
    private readonly HashSet<int> _skipped = [];
    private readonly int _mostFindings;
    private readonly int _charactersAtOnce;
    private int _findings;

    private KnownRows(StoreDatabase database, StoreTables tables, StoreRules rules, string model, DateTimeOffset now, int mostFindings)
    {
        (_database, _mostFindings) = (database, mostFindings);
        string[] files = [.. tables.Files(Tables.Of(Tables.Rows)).Select(file => tables.PathOf(Tables.Rows, file.Path))];
        _charactersAtOnce = (int)Math.Clamp(LeastCharacters * tables.Count(Tables.Rows) / RowsForLeast, LeastCharacters, MostCharacters);
        // The columns of all rows would stay in memory for the whole run; the system keeps them as long as there is room.
        database.Execute("SET enable_external_file_cache = false");
        _due = DueRows.Read(database, rules, model, now);
        _query = new KnownRowsQuery(database, new KeyPrefixScan(files), _units, _due);
        _contents = new KnownContents(database, _querying);
        _selected = new Lazy<Dictionary<UnitId, long>>(ReadSelected);
        if (files.Length == 0) _found.Complete(FoundRows.None);
    }

    /// <summary>To be told of rows before they are asked for; null if there is no need, since all that the store holds is known.</summary>
    public RowAnnouncement? Announcement => _found.IsComplete ? null : new RowAnnouncement(Announce, _charactersAtOnce);

    /// <summary>Rows that are to be worked on again under the current filter, model and rules, if their verdict lets them.</summary>
    internal IReadOnlyDictionary<UInt128, PriorOutcome> Due => _due.Rows;

    /// <summary>Units with a row that the current filter keeps and that is to be worked on, be it for the first time.</summary>
    internal IReadOnlySet<UnitId> DueUnits => _due.Units;

    /// <summary>How many rows each unit has in earlier commits, those included that stand elsewhere first.</summary>
    internal IReadOnlyDictionary<UnitId, long> Selected => _selected.Value;

    /// <summary>What earlier commits hold of images by their bytes.</summary>
    internal KnownContents Contents => _contents;

    /// <summary>Goes on from what a store's tables hold. The tables may grow meanwhile: what is looked up is of their state now.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="scope">The filter and the model.</param>
    /// <param name="rules">When a row is tried again.</param>
    /// <param name="now">The time.</param>
    public static KnownRows Open(StoreTables tables, StoreScope scope, StoreRules rules, DateTimeOffset now) => Open(tables, scope, rules, now, MostFindings);

    internal static KnownRows Open(StoreTables tables, StoreScope scope, StoreRules rules, DateTimeOffset now, int mostFindings)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(scope);
        return new KnownRows(scope.Open(tables), tables, rules, scope.Model, now, mostFindings);
    }

    /// <summary>Says that a unit is not read in this run, so that its rows count as met. Called on the thread that opens files, before rows of any later unit come.</summary>
    public void Skip(UnitId unit)
    {
        lock (_skipped) _skipped.Add(_units.Of(unit));
    }

    /// <summary>Looks rows up that will be asked for; says whether further ones are to be announced.</summary>
    private bool Announce(IReadOnlyCollection<LaionRow> rows)
    {
        LookUp([.. rows.Select(row => row.Key)]);
        return !_found.IsComplete;
    }

    /// <summary>Keeps a row that is new, or to be worked on again.</summary>
    public ValueTask<Outcome<SelectedRow>> RunAsync(SelectedRow row, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(row);
        return ValueTask.FromResult(Judge(row));
    }

    /// <summary>What earlier commits hold of a row; null if nothing.</summary>
    internal KnownRow? Find(UInt128 key)
    {
        if (_found.TryFind(key, out var known)) return known;
        LookUp([key]);
        return _found.TryFind(key, out known) ? known : throw new InvalidOperationException("a row that was looked up is not known");
    }

    /// <summary>Whether the row stands where it was met first, or where it is written down that it stands too.</summary>
    internal bool HasPlace(LaionRow row)
    {
        var known = Find(row.Key);
        var unit = _units.Of(row.Unit);
        return (known is { } first && first.Unit == unit && first.RowInGroup == row.RowInGroup) || _found.HasDuplicate(unit, row.RowInGroup);
    }

    /// <summary>The store as it was opened, to be read beside what is looked up.</summary>
    internal StoreDatabase OpenStore()
    {
        lock (_querying) return _database.Another();
    }

    /// <inheritdoc/>
    public void Dispose() => _database.Dispose();

    private void LookUp(IReadOnlyCollection<UInt128> keys)
    {
        if (_found.IsComplete) return;
        lock (_querying)
        {
            var unknown = _found.Unknown(keys);
            if (unknown.Count == 0) return;
            if (_findings >= _mostFindings)
            {
                _found.Complete(_query.All());
                return;
            }

            var found = _query.Of(unknown);
            if (found.Rows.Count > 0) _findings++;
            _found.Add(unknown, found);
        }
    }

    private Outcome<SelectedRow> Judge(SelectedRow row)
    {
        if (!_met.Add(row.Row.Key)) return new Rejection(Reason.DuplicateRow);
        if (Find(row.Row.Key) is not { } known) return row;
        lock (_skipped)
        {
            if (_skipped.Contains(known.Unit)) return new Rejection(Reason.DuplicateRow);
        }

        if (known.IsStored) return new Rejection(Reason.AlreadyStored);
        return known.Failure is { } failure ? new RecordedRejection(failure) : row;
    }

    private Dictionary<UnitId, long> ReadSelected()
    {
        Dictionary<UnitId, long> selected = [];
        lock (_querying)
        {
            _database.ForEach(
                "SELECT source_content, source_row_group, count(*) FROM (SELECT source_content, source_row_group FROM rows UNION ALL SELECT source_content, source_row_group FROM duplicates) GROUP BY ALL",
                reader => selected.Add(KnownRowsQuery.Unit(reader, 0), reader.GetInt64(2)));
        }

        return selected;
    }
}
