using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Memorization.Clustering;

/// <summary>Embeddings by content key; each distinct vector is held once, however many keys share it.</summary>
/// <remarks>
/// A distinct vector is a node of the forest, numbered in the order of arrival: 50,000 copies of one image are one node. Vectors stay in the memory
/// that they came in, which nobody may change. Reading from many threads is safe while nobody adds or removes.
/// </remarks>
public sealed class VectorSet
{
    private const int Infinity = 0x7C00; // all exponent bits set: infinite or NaN
    private const int Sign = 0x8000;
    private const int MeasuredAtOnce = 512;

    private readonly List<ContentKey> _smallestKeys = [];
    private readonly Dictionary<ContentKey, int> _nodes = [];
    private readonly Dictionary<int, int> _distinct; // each to itself, found by its bits

    /// <summary>An empty set of vectors with <paramref name="width"/> values each.</summary>
    public VectorSet(int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        Distinct = new DistinctVectors(width);
        _distinct = new Dictionary<int, int>(new SameBits(Distinct));
    }

    /// <summary>Values per vector.</summary>
    public int Width => Distinct.Width;

    /// <summary>Keys held.</summary>
    public int Count => _nodes.Count;

    /// <summary>The distinct vectors, by number.</summary>
    internal DistinctVectors Distinct { get; }

    /// <summary>Every key, with its distinct vector's number.</summary>
    internal IReadOnlyDictionary<ContentKey, int> Nodes => _nodes;

    /// <summary>The vector under <paramref name="key"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public ReadOnlySpan<Half> this[ContentKey key] => Distinct[_nodes[key]];

    /// <summary>Whether a vector is held under <paramref name="key"/>.</summary>
    public bool Contains(ContentKey key) => _nodes.ContainsKey(key);

    /// <summary>Adds a vector; false if the same is already there.</summary>
    /// <exception cref="InvalidVectorException">Wrong width, NaN, infinity, all zero, or the key already has another vector.</exception>
    public bool Add(ContentKey key, ReadOnlySpan<Half> values)
    {
        var before = Count;
        Add([new KeyedVector(key, values.ToArray())]);
        return Count > before;
    }

    /// <summary>Adds vectors, or none of them if one cannot be compared; a key that is there with the same vector changes nothing.</summary>
    /// <exception cref="InvalidVectorException">Names the first vector with a wrong width, NaN, infinity, zeros only, or a key that has another vector.</exception>
    public void Add(IReadOnlyList<KeyedVector> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var (measured, wrong) = Measure(batch);
        _nodes.EnsureCapacity(Count + batch.Count);
        _distinct.EnsureCapacity(Distinct.Count + batch.Count);
        _smallestKeys.EnsureCapacity(Distinct.Count + batch.Count);
        Distinct.EnsureCapacity(Distinct.Count + batch.Count);
        var isNew = new bool[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            var problem = i == wrong ? ProblemOf(batch[i].Values.Span) : Contradiction(batch, i);
            if (problem is null)
            {
                isNew[i] = Add(batch[i].Key, measured[i]);
                continue;
            }

            ContentKey[] added = [.. batch.Where((_, at) => isNew[at]).Select(vector => vector.Key)];
            Remove(added, PlacesWithout(added));
            throw new InvalidVectorException(batch[i].Key, i, problem);
        }
    }

    /// <summary>Where the distinct vectors would be without some keys; a vector goes with its last key.</summary>
    /// <exception cref="KeyNotFoundException">A key is not there.</exception>
    internal NodePlaces PlacesWithout(IReadOnlyCollection<ContentKey> keys)
    {
        var counts = new int[Distinct.Count];
        foreach (var node in _nodes.Values) counts[node]++;
        foreach (var key in keys.Distinct())
            counts[_nodes.TryGetValue(key, out var node) ? node : throw new KeyNotFoundException($"There is no vector under {key}.")]--;
        return new NodePlaces(Array.ConvertAll(counts, count => count > 0));
    }

    /// <summary>Removes keys, and the vectors that no key is left of.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="places">What <see cref="PlacesWithout"/> says of them.</param>
    internal void Remove(IEnumerable<ContentKey> keys, NodePlaces places)
    {
        foreach (var key in keys) _nodes.Remove(key);
        Distinct.Keep(places);
        _distinct.Clear();
        for (var node = 0; node < places.After; node++) _distinct.Add(node, node);
        var smallest = new ContentKey?[places.After];
        foreach (var key in _nodes.Keys)
        {
            ref var node = ref CollectionsMarshal.GetValueRefOrNullRef(_nodes, key);
            node = places[node];
            if (!(smallest[node] <= key)) smallest[node] = key;
        }

        _smallestKeys.Clear();
        _smallestKeys.AddRange(smallest.OfType<ContentKey>());
    }

    /// <summary>The smallest key that has this vector.</summary>
    internal ContentKey SmallestKey(int node) => _smallestKeys[node];

    private bool Add(ContentKey key, MeasuredVector vector)
    {
        ref var node = ref CollectionsMarshal.GetValueRefOrAddDefault(_nodes, key, out var isThere);
        if (isThere) return false;

        node = Distinct.Count;
        Distinct.Add(vector);
        ref var same = ref CollectionsMarshal.GetValueRefOrAddDefault(_distinct, node, out var isCopy);
        if (isCopy)
        {
            Distinct.RemoveLast();
            node = same;
            if (key < _smallestKeys[node]) _smallestKeys[node] = key;
        }
        else
        {
            same = node;
            _smallestKeys.Add(key);
        }

        return true;
    }

    // What can be said of each vector alone, on all cores, up to the first that cannot be compared.
    private (MeasuredVector[] Measured, int Wrong) Measure(IReadOnlyList<KeyedVector> batch)
    {
        var measured = new MeasuredVector[batch.Count];
        var wrong = batch.Count;
        Parallel.For(0, (batch.Count + MeasuredAtOnce - 1) / MeasuredAtOnce, (block, all) =>
        {
            var end = Math.Min(batch.Count, (block + 1) * MeasuredAtOnce);
            for (var i = block * MeasuredAtOnce; i < end; i++)
            {
                if (ProblemOf(batch[i].Values.Span) is null)
                {
                    measured[i] = MeasuredVector.Of(batch[i].Values);
                    continue;
                }

                lock (measured) wrong = Math.Min(wrong, i);
                all.Break(); // blocks before this one are still looked at
                return;
            }
        });
        return (measured, wrong);
    }

    private string? ProblemOf(ReadOnlySpan<Half> values)
    {
        if (values.Length != Width) return $"it has {values.Length} values, expected {Width}";
        var bits = MemoryMarshal.Cast<Half, ushort>(values);
        if (IndexOfInfinite(bits) is >= 0 and var i) return $"value {i} is {(Half.IsNaN(values[i]) ? "NaN" : "infinite")}";
        return bits.ContainsAnyExcept((ushort)0, (ushort)Sign) ? null : "every value is zero";
    }

    // All before it are in the set.
    private string? Contradiction(IReadOnlyList<KeyedVector> batch, int index)
    {
        var (key, values) = batch[index];
        if (!_nodes.TryGetValue(key, out var node) || DistinctVectors.AreSame(Distinct[node], values.Span)) return null;
        var first = batch.Take(index).Select(vector => vector.Key).ToList().IndexOf(key);
        return first < 0 ? "the key already has another vector" : $"vector {first} has the same key and other values";
    }

    // The first value that is infinite or NaN; −1 if there is none.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int IndexOfInfinite(ReadOnlySpan<ushort> bits)
    {
        var infinity = new Vector<ushort>(Infinity);
        var i = 0;
        for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
            if (Vector.EqualsAny(new Vector<ushort>(bits[i..]) & infinity, infinity)) break;
        for (; i < bits.Length; i++)
            if ((bits[i] & Infinity) == Infinity) return i;
        return -1;
    }

    private sealed class SameBits(DistinctVectors vectors) : IEqualityComparer<int>
    {
        public bool Equals(int u, int v) => DistinctVectors.AreSame(vectors[u], vectors[v]);

        public int GetHashCode(int node) => vectors.Hash(node);
    }
}
