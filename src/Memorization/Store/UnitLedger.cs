using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>Knows which units have rows under way. Not thread-safe.</summary>
internal sealed class UnitLedger
{
    private readonly Dictionary<UnitId, Open> _open = [];

    /// <summary>Counts a row's end; the reason is null for a stored row, whichever run stored it.</summary>
    /// <returns>The unit, if this was its last row.</returns>
    public FinishedUnit? End(UnitId unit, Reason? reason)
    {
        var open = Find(unit);
        open.Ended++;
        if (reason is { } why) open.Reasons[why] = open.Reasons.GetValueOrDefault(why) + 1;
        else open.Kept++;
        return Finish(unit, open);
    }

    /// <summary>Takes the scan's word.</summary>
    /// <returns>The unit, if all its rows had ended before.</returns>
    public FinishedUnit? End(UnitEnd end)
    {
        var open = Find(end.Unit);
        open.Emitted = end.Emitted;
        foreach (var (reason, rows) in end.Ended)
            if (rows > 0) open.Reasons[reason] = open.Reasons.GetValueOrDefault(reason) + rows;
        return Finish(end.Unit, open);
    }

    private Open Find(UnitId unit) => _open.TryGetValue(unit, out var open) ? open : _open[unit] = new Open();

    private FinishedUnit? Finish(UnitId unit, Open open)
    {
        if (open.Ended != open.Emitted) return null;
        _open.Remove(unit);
        return new FinishedUnit(unit.ToString(), open.Kept, open.Reasons);
    }

    private sealed class Open
    {
        public long? Emitted { get; set; }

        public long Ended { get; set; }

        public long Kept { get; set; }

        public SortedDictionary<Reason, long> Reasons { get; } = [];
    }
}
