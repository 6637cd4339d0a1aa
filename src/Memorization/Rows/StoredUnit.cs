using Memorization.Flow;

namespace Memorization.Rows;

/// <summary>A unit whose selected rows are known from an earlier run, so that its file need not be read.</summary>
/// <param name="unit">The unit.</param>
/// <param name="rows">The rows that the earlier run's scan selected, in the order of the file. Enumerated once.</param>
/// <param name="ended">Rows that it did not select, by reason.</param>
/// <param name="rules">What this run's scan asks of a row that the earlier run's did not; null for nothing.</param>
public sealed class StoredUnit(UnitId unit, IEnumerable<LaionRow> rows, IEnumerable<KeyValuePair<Reason, long>> ended, RowRules? rules)
{
    private readonly SortedDictionary<Reason, long> _ended = new(ended.ToDictionary());
    private long _emitted;

    /// <summary>The unit of work.</summary>
    public UnitId Unit => unit;

    /// <summary>The counts; complete once the rows have been taken.</summary>
    public UnitCounts Counts => new(_emitted, _ended);

    /// <summary>The rows that this run selects.</summary>
    public IEnumerable<LaionRow> Take()
    {
        foreach (var row in rows)
        {
            if (rules?.Excludes(row) is { } reason)
            {
                _ended[reason] = _ended.GetValueOrDefault(reason) + 1;
                continue;
            }

            _emitted++;
            yield return row;
        }
    }
}
