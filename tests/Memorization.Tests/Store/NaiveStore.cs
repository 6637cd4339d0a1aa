using Memorization.Flow;

namespace Memorization.Tests.Store;

/// <summary>A row as an increment brings it: its number, and the unit in which it stands.</summary>
internal readonly record struct MetRow(int Number, int Unit);

/// <summary>What a store must hold after any sequence of increments, kept in plain sets; the next run's judgement of a row follows from them alone.</summary>
/// <remarks>Of each four rows the first is stored, the second is not found, the third times out, and the fourth is one that the filter "narrow" refuses.</remarks>
internal sealed class NaiveStore
{
    private readonly HashSet<int> _before = [];
    private readonly HashSet<int> _met = [];
    private readonly HashSet<int> _skipped = [];
    private bool _hasWaited;

    public Dictionary<int, MetRow> First { get; } = [];

    public HashSet<MetRow> Again { get; } = [];

    public HashSet<(string Filter, int Number)> Verdicts { get; } = [];

    public Dictionary<int, Reason?> Images { get; } = [];

    /// <summary>Times out, and is tried again only once the wait is over.</summary>
    public HashSet<int> Waiting { get; } = [];

    public static bool IsRefused(string filter, int number) => filter == "narrow" && number % 4 == 3;

    /// <summary>How the row's image ends once it is asked for; null if it is stored.</summary>
    public static Reason? Fate(int number) => (number % 4) switch { 1 => Reason.NotFound, 2 => Reason.Timeout, _ => null };

    public void Begin(bool hasWaited, IEnumerable<int> skipped)
    {
        _met.Clear();
        _skipped.Clear();
        _skipped.UnionWith(skipped);
        _before.UnionWith(First.Keys);
        _hasWaited = hasWaited;
        if (_hasWaited) Waiting.Clear();
    }

    /// <summary>Takes a row; says how it ends, null if its image is asked for.</summary>
    public Reason? Take(MetRow row, string filter)
    {
        var end = End(row, filter);
        if (!First.TryAdd(row.Number, row) && First[row.Number] != row) Again.Add(row);
        if (end != Reason.DuplicateRow) Verdicts.Add((filter, row.Number));
        if (end is not null) return end;
        Images[row.Number] = Fate(row.Number);
        if (Fate(row.Number) == Reason.Timeout) Waiting.Add(row.Number);
        return null;
    }

    private Reason? End(MetRow row, string filter)
    {
        if (IsRefused(filter, row.Number)) return Reason.CaptionTooLong;
        if (!_met.Add(row.Number)) return Reason.DuplicateRow;
        if (!_before.Contains(row.Number)) return null;
        if (_skipped.Contains(First[row.Number].Unit)) return Reason.DuplicateRow;
        if (!Images.TryGetValue(row.Number, out var image)) return null;
        if (image is null) return Reason.AlreadyStored;
        return image == Reason.Timeout && !Waiting.Contains(row.Number) ? null : image;
    }
}
