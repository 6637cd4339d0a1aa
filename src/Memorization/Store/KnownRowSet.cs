using System.Runtime.InteropServices;

namespace Memorization.Store;

/// <summary>What has been looked up of the store's rows so far. Thread-safe; what was said of a row once stays true.</summary>
internal sealed class KnownRowSet
{
    private readonly Lock _lock = new();
    private KeySet _lookedUp = new();
    private readonly Dictionary<UInt128, KnownRow> _rows = [];
    private readonly HashSet<(int Unit, int RowInGroup)> _duplicates = [];

    /// <summary>Whether every row of the store is in it.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>What is known of a row.</summary>
    /// <param name="key">The row's key.</param>
    /// <param name="known">What the store holds of it; null if nothing.</param>
    /// <returns>False if the row has not been looked up yet.</returns>
    public bool TryFind(UInt128 key, out KnownRow? known)
    {
        lock (_lock)
        {
            known = _rows.TryGetValue(key, out var row) ? row : null;
            return known is not null || IsComplete || _lookedUp.Contains(key);
        }
    }

    /// <summary>Whether it is written down that a known row stands here too.</summary>
    public bool HasDuplicate(int unit, int rowInGroup)
    {
        lock (_lock) return _duplicates.Contains((unit, rowInGroup));
    }

    /// <summary>Those keys that have not been looked up, each once.</summary>
    public HashSet<UInt128> Unknown(IReadOnlyCollection<UInt128> keys)
    {
        HashSet<UInt128> unknown = new(keys.Count);
        lock (_lock)
        {
            if (!IsComplete) unknown.UnionWith(keys.Where(key => !_lookedUp.Contains(key)));
        }

        return unknown;
    }

    /// <summary>Takes an answer.</summary>
    /// <param name="keys">The keys that were asked for.</param>
    /// <param name="found">Those of them that the store holds, and the further places of those.</param>
    public void Add(HashSet<UInt128> keys, FoundRows found)
    {
        lock (_lock)
        {
            foreach (var key in keys) _lookedUp.Add(key);
            Take(found);
        }
    }

    /// <summary>Takes all rows of the store.</summary>
    public void Complete(FoundRows all)
    {
        lock (_lock)
        {
            Take(all);
            IsComplete = true;
            _lookedUp = new KeySet();
        }
    }

    private void Take(FoundRows found)
    {
        _rows.EnsureCapacity(_rows.Count + found.Rows.Count);
        foreach (var (key, row) in found.Rows) CollectionsMarshal.GetValueRefOrAddDefault(_rows, key, out _) = row;
        _duplicates.UnionWith(found.Duplicates);
    }
}

/// <summary>An answer of the store.</summary>
/// <param name="Rows">Rows that it holds.</param>
/// <param name="Duplicates">Further places of them that are written down.</param>
internal sealed record FoundRows(IReadOnlyDictionary<UInt128, KnownRow> Rows, IReadOnlySet<(int Unit, int RowInGroup)> Duplicates)
{
    public static FoundRows None { get; } = new(new Dictionary<UInt128, KnownRow>(), new HashSet<(int, int)>());
}
