namespace Memorization.Fetch;

/// <summary>The values that were used last, up to a number of them: memory follows what is in use, not what was ever met.</summary>
/// <remarks>Thread-safe. What is made is made under the lock: it has to be quick.</remarks>
internal sealed class RecentlyUsed<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new();

    public int Count
    {
        get
        {
            lock (_lock) return _nodes.Count;
        }
    }

    /// <summary>The value of a key, made if there is none, or one that is not good any more.</summary>
    public TValue Get(TKey key, Func<TKey, TValue> make, Func<TValue, bool>? isGood = null)
    {
        lock (_lock)
        {
            if (_nodes.Remove(key, out var node)) _order.Remove(node);
            if (node is null || isGood?.Invoke(node.Value.Value) == false) node = new((key, make(key)));
            _nodes.Add(key, node);
            _order.AddLast(node);
            if (_nodes.Count <= capacity) return node.Value.Value;
            _nodes.Remove(_order.First!.Value.Key);
            _order.RemoveFirst();
            return node.Value.Value;
        }
    }
}
