using System.Collections.Immutable;
using System.Diagnostics;

namespace Memorization.Flow;

/// <summary>What one stage has seen. Thread-safe: written by the stage's workers, read at any time.</summary>
public sealed class StageCounters
{
    private readonly RowsAtWork _atWork;
    private readonly long[] _rejected = new long[Enum.GetValues<Reason>().Length];
    private long _in;
    private long _kept;
    private long _busyTicks;

    /// <summary>Counters of a stage of one worker.</summary>
    public StageCounters(StageName stage)
        : this(stage, 1, TimeProvider.System)
    {
    }

    internal StageCounters(StageName stage, int parallelism, TimeProvider time)
    {
        Stage = stage;
        _atWork = new RowsAtWork(parallelism, time);
    }

    /// <summary>The stage.</summary>
    public StageName Stage { get; }

    /// <summary>Rows that entered.</summary>
    public long In => Volatile.Read(ref _in);

    /// <summary>Rows that went on to the next stage.</summary>
    public long Kept => Volatile.Read(ref _kept);

    /// <summary>Rows that ended here.</summary>
    public long Rejected => _rejected.Sum();

    /// <summary>Time spent in the stage, added up over its workers, waiting for the network or the device included.</summary>
    public TimeSpan Busy => Stopwatch.GetElapsedTime(0, Volatile.Read(ref _busyTicks));

    /// <summary>Rows that ended here, by reason; reasons that never occurred are left out.</summary>
    public ImmutableSortedDictionary<Reason, long> Reasons =>
        Enum.GetValues<Reason>().Where(reason => _rejected[(int)reason] > 0)
            .ToImmutableSortedDictionary(reason => reason, reason => _rejected[(int)reason]);

    /// <summary>The row that the stage has worked on for longest, as it entered, and how long; null if it works on none.</summary>
    public (object Row, TimeSpan Age)? Oldest => _atWork.Oldest();

    internal void Enter(object row)
    {
        CountIn();
        _atWork.Enter(row);
    }

    internal void Leave(object row) => _atWork.Leave(row);

    internal void CountIn(long rows = 1) => Interlocked.Add(ref _in, rows);

    internal void CountKept() => Interlocked.Increment(ref _kept);

    internal void CountRejected(Reason reason, long rows = 1) => Interlocked.Add(ref _rejected[(int)reason], rows);

    internal void CountBusy(long ticks) => Interlocked.Add(ref _busyTicks, ticks);
}
