using Memorization.Captions;
using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>What earlier commits hold of one row, under the current filter and model.</summary>
/// <param name="Unit">Number of the unit that the row was met in first.</param>
/// <param name="RowInGroup">Its place there; -1 in a unit that is finished, if the row was refused.</param>
/// <param name="HasVerdict">The current filter's verdict is written.</param>
/// <param name="IsStored">The image was kept and its embedding under the current model is there.</param>
/// <param name="Failure">Why the image was not kept, as far as it is not to be tried again; null if it was kept, was never asked for, or is.</param>
internal readonly record struct KnownRow(int Unit, int RowInGroup, bool HasVerdict, bool IsStored, Reason? Failure);

/// <summary>How a row's image ended that is to be worked on again.</summary>
/// <param name="Reason">Why it was not kept; null if it was, and lacks an embedding under the current model.</param>
/// <param name="Failures">Runs in a row in which it failed for a passing reason.</param>
/// <param name="Bytes">Where its bytes lie; null if they were not kept.</param>
internal sealed record PriorOutcome(Reason? Reason, int Failures, StoredBytes? Bytes);

/// <summary>A reason that an earlier run found and wrote; nothing is done or written again.</summary>
internal sealed record RecordedRejection(Reason Reason) : Rejection(Reason, "as an earlier run found");

/// <summary>Stage: lets through only rows that are neither in the store nor met before in this run, and those that are to be tried again.</summary>
/// <remarks>Not thread-safe: runs one row at a time, in the order of the scan, so that the first of two equal rows is the one that counts.</remarks>
public sealed class KnownRows
{
    private readonly HashSet<UInt128> _met = [];
    private readonly HashSet<int> _skipped = [];
    private readonly Dictionary<UnitId, int> _units;

    internal KnownRows(Dictionary<UInt128, KnownRow> rows, Dictionary<UnitId, int> units)
    {
        Rows = rows;
        _units = units;
    }

    /// <summary>Rows that earlier commits hold. Never changed after loading.</summary>
    internal IReadOnlyDictionary<UInt128, KnownRow> Rows { get; }

    /// <summary>Those of them that are to be worked on again under the current filter, model and rules, if their verdict lets them.</summary>
    internal IReadOnlyDictionary<UInt128, PriorOutcome> Due { get; init; } = new Dictionary<UInt128, PriorOutcome>();

    /// <summary>Units with a row that the current filter keeps and that is to be worked on, be it for the first time.</summary>
    internal IReadOnlySet<UnitId> DueUnits { get; init; } = new HashSet<UnitId>();

    /// <summary>How many rows each unit has in earlier commits, those included that stand elsewhere first.</summary>
    internal IReadOnlyDictionary<UnitId, long> Selected { get; init; } = new Dictionary<UnitId, long>();

    /// <summary>Content ids with an embedding under the current model in earlier commits.</summary>
    internal IReadOnlySet<string> Contents { get; init; } = new HashSet<string>();

    /// <summary>Content ids with a thumbnail in earlier commits.</summary>
    internal IReadOnlySet<string> Thumbnails { get; init; } = new HashSet<string>();

    /// <summary>Where the bytes of a content id lie.</summary>
    internal IReadOnlyDictionary<string, BlobPlace> Blobs { get; init; } = new Dictionary<string, BlobPlace>();

    /// <summary>Further places of known rows that are written down.</summary>
    internal IReadOnlySet<(int Unit, int RowInGroup)> Duplicates { get; init; } = new HashSet<(int, int)>();

    /// <summary>Reads what a store's tables hold.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="scope">The filter and the model.</param>
    /// <param name="rules">When a row is tried again.</param>
    /// <param name="now">The time.</param>
    public static KnownRows Read(StoreTables tables, StoreScope scope, StoreRules rules, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(scope);
        using var database = scope.Open(tables);
        return new KnownRowsQuery(database, rules, scope.Model, now).Load();
    }

    /// <summary>Says that a unit is not read in this run, so that its rows count as met. Called on the thread that opens files, before rows of any later unit come.</summary>
    public void Skip(UnitId unit)
    {
        if (!_units.TryGetValue(unit, out var number)) return;
        lock (_skipped) _skipped.Add(number);
    }

    /// <summary>Keeps a row that is new, or to be worked on again.</summary>
    public ValueTask<Outcome<SelectedRow>> RunAsync(SelectedRow row, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(row);
        return ValueTask.FromResult(Judge(row));
    }

    /// <summary>Whether the row stands where it was met first, or where it is written down that it stands too.</summary>
    internal bool HasPlace(LaionRow row) => _units.TryGetValue(row.Unit, out var unit)
        && ((Rows.TryGetValue(row.Key, out var known) && known.Unit == unit && known.RowInGroup == row.RowInGroup) || Duplicates.Contains((unit, row.RowInGroup)));

    private Outcome<SelectedRow> Judge(SelectedRow row)
    {
        if (!_met.Add(row.Row.Key)) return new Rejection(Reason.DuplicateRow);
        if (!Rows.TryGetValue(row.Row.Key, out var known)) return row;
        lock (_skipped)
        {
            if (_skipped.Contains(known.Unit)) return new Rejection(Reason.DuplicateRow);
        }

        if (known.IsStored) return new Rejection(Reason.AlreadyStored);
        return known.Failure is { } failure ? new RecordedRejection(failure) : row;
    }
}
