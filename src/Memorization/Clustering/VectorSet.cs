using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Memorization.Clustering;

/// <summary>Embeddings by content key; each distinct vector is held once, however many keys share it.</summary>
/// <remarks>
/// A distinct vector is a node of the forest, numbered in the order of arrival: 50,000 copies of one image are one node. Vectors stay in the memory
/// that they came in, which nobody may change. Reading from many threads is safe while nobody adds.
/// </remarks>
public sealed class VectorSet
{
    private const int Infinity = 0x7C00; // all exponent bits set: infinite or NaN
    private const int Sign = 0x8000;

    private readonly List<ReadOnlyMemory<Half>> _rows = [];
    private readonly List<double> _squaredNorms = [];
    private readonly List<ContentKey> _smallestKeys = [];
    private readonly Dictionary<ContentKey, int> _nodes = [];
    private readonly Dictionary<int, int> _distinct; // each to itself, found by its bits

    /// <summary>An empty set of vectors with <paramref name="width"/> values each.</summary>
    public VectorSet(int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        Width = width;
        _distinct = new Dictionary<int, int>(new SameBits(this));
    }

    /// <summary>Values per vector.</summary>
    public int Width { get; }

    /// <summary>Keys held.</summary>
    public int Count => _nodes.Count;

    /// <summary>Distinct vectors held.</summary>
    public int DistinctCount => _squaredNorms.Count;

    /// <summary>Every key, with its distinct vector's number.</summary>
    internal IReadOnlyDictionary<ContentKey, int> Nodes => _nodes;

    /// <summary>The vector under <paramref name="key"/>.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public ReadOnlySpan<Half> this[ContentKey key] => Node(_nodes[key]);

    /// <summary>Whether a vector is held under <paramref name="key"/>.</summary>
    public bool Contains(ContentKey key) => _nodes.ContainsKey(key);

    /// <summary>Adds a vector; false if the same is already there.</summary>
    /// <exception cref="InvalidVectorException">Wrong width, NaN, infinity, all zero, or the key already has another vector.</exception>
    public bool Add(ContentKey key, ReadOnlySpan<Half> values)
    {
        ThrowIfInvalid(key, values, Count);
        return AddValid(key, values.ToArray());
    }

    /// <summary><see cref="Add"/> for what <see cref="ThrowIfInvalid"/> has let pass.</summary>
    internal bool AddValid(ContentKey key, ReadOnlyMemory<Half> values)
    {
        if (_nodes.ContainsKey(key)) return false;

        var node = DistinctCount;
        _rows.Add(values);
        ref var same = ref CollectionsMarshal.GetValueRefOrAddDefault(_distinct, node, out var isThere);
        if (isThere)
        {
            _rows.RemoveAt(node);
            node = same;
            if (key < _smallestKeys[node]) _smallestKeys[node] = key;
        }
        else
        {
            same = node;
            _squaredNorms.Add(Cosine.Dot(values.Span, values.Span));
            _smallestKeys.Add(key);
        }

        _nodes.Add(key, node);
        return true;
    }

    /// <summary>Refuses what <see cref="Add"/> would refuse.</summary>
    /// <param name="key">The vector's key.</param>
    /// <param name="values">The vector.</param>
    /// <param name="index">The place to name.</param>
    internal void ThrowIfInvalid(ContentKey key, ReadOnlySpan<Half> values, int index)
    {
        if (values.Length != Width) throw new InvalidVectorException(key, index, $"it has {values.Length} values, expected {Width}");
        if (IndexOfInfinite(Bits(values)) is >= 0 and var i)
            throw new InvalidVectorException(key, index, $"value {i} is {(Half.IsNaN(values[i]) ? "NaN" : "infinite")}");
        if (!Bits(values).ContainsAnyExcept((ushort)0, (ushort)Sign)) throw new InvalidVectorException(key, index, "every value is zero");
        if (_nodes.TryGetValue(key, out var node) && !AreSame(Node(node), values))
            throw new InvalidVectorException(key, index, "the key already has another vector");
    }

    /// <summary>The values of a distinct vector.</summary>
    internal ReadOnlySpan<Half> Node(int node) => _rows[node].Span;

    /// <summary>|x|² of a distinct vector.</summary>
    internal double SquaredNorm(int node) => _squaredNorms[node];

    /// <summary>The smallest key that has this vector.</summary>
    internal ContentKey SmallestKey(int node) => _smallestKeys[node];

    /// <summary>The similarity of two distinct vectors; see <see cref="Cosine.Similarity"/>.</summary>
    internal double Similarity(int u, int v) => Cosine.Similarity(Cosine.Dot(Node(u), Node(v)), _squaredNorms[u], _squaredNorms[v]);

    /// <summary>Orders distinct vectors by their bits, a function of the vectors alone.</summary>
    internal int Compare(int u, int v) => Bits(Node(u)).SequenceCompareTo(Bits(Node(v)));

    /// <summary>Whether two vectors have the same bits: 0 and −0 differ, as do two lengths of one direction; the join links those.</summary>
    internal static bool AreSame(ReadOnlySpan<Half> x, ReadOnlySpan<Half> y) => Bits(x).SequenceEqual(Bits(y));

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

    private static ReadOnlySpan<ushort> Bits(ReadOnlySpan<Half> values) => MemoryMarshal.Cast<Half, ushort>(values);

    private sealed class SameBits(VectorSet set) : IEqualityComparer<int>
    {
        public bool Equals(int u, int v) => AreSame(set.Node(u), set.Node(v));

        public int GetHashCode(int node) => (int)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(set.Node(node)));
    }
}
