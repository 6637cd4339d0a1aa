using System.Threading.Tasks.Dataflow;

namespace Memorization.Flow;

/// <summary>What a source writes to: rows into the graph, counts of rows that never become one, and the ends of its units.</summary>
/// <remarks>Rows and ends are sent by one task at a time; another may count meanwhile.</remarks>
public sealed class Emitter<T>
    where T : class
{
    private readonly BufferBlock<T> _rows;
    private readonly ITargetBlock<RowEnd> _ends;
    private readonly StageCounters _counters;
    private readonly CancellationToken _stop;

    internal Emitter(BufferBlock<T> rows, ITargetBlock<RowEnd> ends, StageCounters counters, CancellationToken stop)
    {
        _rows = rows;
        _ends = ends;
        _counters = counters;
        _stop = stop;
    }

    /// <summary>Sends a row into the graph; waits while the graph is full.</summary>
    public async ValueTask EmitAsync(T row)
    {
        _counters.CountIn();
        _counters.CountKept();
        if (!_rows.Post(row) && !await _rows.SendAsync(row, _stop).ConfigureAwait(false)) throw new OperationCanceledException(_stop);
    }

    /// <summary>Counts rows that were read and ended in the source itself; they are never written row by row.</summary>
    public void CountRejected(Reason reason, long rows)
    {
        _counters.CountIn(rows);
        _counters.CountRejected(reason, rows);
    }

    /// <summary>Tells the end of the graph that a unit has no more rows. It may arrive before the unit's last rows do.</summary>
    public async ValueTask EndUnitAsync(object unit)
    {
        if (!await _ends.SendAsync(new RowEnd(unit, null), _stop).ConfigureAwait(false)) throw new OperationCanceledException(_stop);
    }
}
