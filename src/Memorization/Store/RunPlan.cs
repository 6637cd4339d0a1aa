using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>Decides what a run does with each unit of its input: the least that brings the store to the study's filter, model and rules.</summary>
/// <remarks>A unit is asked for once, in the order of the input, on one thread; its stored rows on another, in the same order.</remarks>
public sealed class RunPlan : IDisposable
{
    private readonly StoreDatabase _database;
    private readonly StoreScope _scope;
    private readonly KnownRows _known;
    private readonly UnitHistory _history;
    private readonly Dictionary<string, Coverage> _earlier;
    private readonly ScanRules _rules;
    private readonly RowRules _rowRules;
    private readonly List<FinishedUnit> _finished = [];
    private readonly StoredRows _rows;

    private RunPlan(StoreDatabase database, StoreScope scope, KnownRows known, UnitHistory history, Dictionary<string, Coverage> earlier, ScanRules rules, RowRules rowRules)
    {
        (_database, _scope, _known, _history, _earlier, _rules, _rowRules) = (database, scope, known, history, earlier, rules, rowRules);
        _rows = new StoredRows(database);
    }

    /// <summary>Units that nothing is done with, as an earlier run finished them.</summary>
    public IReadOnlyList<FinishedUnit> Finished => _finished;

    /// <summary>Units and rows so far, by what is done with them.</summary>
    public PlanCounts Counts { get; private set; } = new();

    /// <summary>Reads what the store holds.</summary>
    /// <param name="scope">Where, and under which filter and model.</param>
    /// <param name="tables">The state to go on from.</param>
    /// <param name="known">The store's rows.</param>
    /// <param name="rules">What the study asks of a row in the scan.</param>
    /// <param name="filter">The same, as the scan has it.</param>
    public static async Task<RunPlan> MakeAsync(StoreScope scope, StoreTables tables, KnownRows known, ScanRules rules, ScanFilter filter)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(rules);
        var earlier = new Dictionary<string, Coverage>();
        foreach (var (id, found) in await ScanRules.ReadAllAsync(scope.Store).ConfigureAwait(false)) earlier.Add(id, rules.CoveredBy(found));
        return new RunPlan(known.OpenStore(), scope, known, await UnitHistory.ReadAsync(tables).ConfigureAwait(false), earlier, rules, new RowRules(filter));
    }

    /// <summary>What is to be done with a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="isExcluded">Whether its statistics exclude all of its rows: under rules that differ, some of them may have ended for another reason before.</param>
    public UnitWork Decide(UnitId unit, int rows, Func<bool> isExcluded)
    {
        var isDue = _known.DueUnits.Contains(unit);
        if (!isDue && _history.Find(unit, _scope.Filter, _scope.Model) is { } done)
        {
            _finished.Add(done);
            _known.Skip(unit);
            Counts = Counts with { UnitsFinished = Counts.UnitsFinished + 1, RowsFinished = Counts.RowsFinished + rows };
            return UnitWork.Finished;
        }

        if (Earlier(unit) is { } earlier && (earlier.Coverage == Coverage.Same || !isExcluded()))
        {
            Counts = Counts with { UnitsJudged = Counts.UnitsJudged + 1, RowsJudged = Counts.RowsJudged + _known.Selected.GetValueOrDefault(unit) };
            return UnitWork.Stored;
        }

        Counts = Counts with { UnitsScanned = Counts.UnitsScanned + 1, RowsScanned = Counts.RowsScanned + rows };
        return UnitWork.Scan;
    }

    /// <summary>The rows of a unit of which <see cref="Decide"/> said that they are taken from the store.</summary>
    public StoredUnit Stored(UnitId unit)
    {
        var (coverage, earlier) = Earlier(unit) ?? throw new InvalidOperationException($"the rows of {unit} are not all in the store");
        return new StoredUnit(unit, _rows.Of(unit), earlier.Reasons.Where(reason => reason.Key.Stage() == StageName.Scan), coverage == Coverage.Same ? null : _rowRules);
    }

    /// <summary>Closes the store's files.</summary>
    public void Dispose()
    {
        _rows.Dispose();
        _database.Dispose();
    }

    // An earlier scan whose selected rows are enough, and all there.
    private (Coverage Coverage, FinishedUnit Unit)? Earlier(UnitId unit)
    {
        foreach (var (filter, finished) in _history.Find(unit))
        {
            var coverage = _earlier.GetValueOrDefault(filter);
            if (coverage == Coverage.Same || (coverage == Coverage.Narrower && _rules.IsSureOf(finished)))
                if (_known.Selected.GetValueOrDefault(unit) == finished.Selected) return (coverage, finished);
        }

        return null;
    }
}

/// <summary>What a run does with its input.</summary>
public sealed record PlanCounts
{
    /// <summary>Row groups that an earlier run finished and of which nothing has changed.</summary>
    public long UnitsFinished { get; init; }

    /// <summary>Rows in them.</summary>
    public long RowsFinished { get; init; }

    /// <summary>Row groups whose selected rows are taken from the store and judged anew.</summary>
    public long UnitsJudged { get; init; }

    /// <summary>Those rows.</summary>
    public long RowsJudged { get; init; }

    /// <summary>Row groups that are read.</summary>
    public long UnitsScanned { get; init; }

    /// <summary>Rows in them.</summary>
    public long RowsScanned { get; init; }
}
