using System.Collections.Concurrent;

namespace Memorization.Flow;

/// <summary>The rows that a stage works on now, and since when. Thread-safe.</summary>
/// <remarks>A stage of one worker has one row at most and needs two writes for it; the others pay for a table.</remarks>
internal sealed class RowsAtWork(int parallelism, TimeProvider time)
{
    // By reference: rows are records, whose own hash would read the caption.
    private readonly ConcurrentDictionary<object, long>? _rows = parallelism > 1 ? new(ReferenceEqualityComparer.Instance) : null;
    private object? _only;
    private long _since;

    public void Enter(object row)
    {
        var now = time.GetTimestamp();
        if (_rows is not null)
        {
            _rows[row] = now;
            return;
        }

        Volatile.Write(ref _since, now);
        Volatile.Write(ref _only, row);
    }

    public void Leave(object row)
    {
        if (_rows is not null) _rows.TryRemove(row, out _);
        else Volatile.Write(ref _only, null);
    }

    /// <summary>The row that has been there longest, and how long; null if there is none.</summary>
    public (object Row, TimeSpan Age)? Oldest()
    {
        var (oldest, since) = (Volatile.Read(ref _only), Volatile.Read(ref _since));
        foreach (var (row, entered) in _rows ?? [])
        {
            if (oldest is null || entered < since) (oldest, since) = (row, entered);
        }

        return oldest is null ? null : (oldest, time.GetElapsedTime(since));
    }
}
