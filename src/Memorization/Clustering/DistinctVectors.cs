using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Memorization.Clustering;

/// <summary>A vector with what is computed of it once.</summary>
/// <param name="Values">Its values, in memory that nobody changes.</param>
/// <param name="Hash">A hash of its bits.</param>
/// <param name="SquaredNorm">|x|².</param>
internal readonly record struct MeasuredVector(ReadOnlyMemory<Half> Values, int Hash, double SquaredNorm)
{
    public static MeasuredVector Of(ReadOnlyMemory<Half> values) => new(
        values, (int)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(values.Span)), Cosine.Dot(values.Span, values.Span));
}

/// <summary>Vectors that differ in their bits: the nodes of a forest, by number.</summary>
/// <remarks>Reading from many threads is safe while nobody adds or removes.</remarks>
internal sealed class DistinctVectors(int width)
{
    private readonly List<MeasuredVector> _vectors = [];

    /// <summary>Values per vector.</summary>
    public int Width { get; } = width;

    /// <summary>Vectors held.</summary>
    public int Count => _vectors.Count;

    /// <summary>A vector's values.</summary>
    public ReadOnlySpan<Half> this[int node] => _vectors[node].Values.Span;

    /// <summary>|x|² of a vector.</summary>
    public double SquaredNorm(int node) => _vectors[node].SquaredNorm;

    /// <summary>The hash of a vector's bits.</summary>
    public int Hash(int node) => _vectors[node].Hash;

    /// <summary>The similarity of two vectors; see <see cref="Cosine.Similarity"/>.</summary>
    public double Similarity(int u, int v) => Cosine.Similarity(Cosine.Dot(this[u], this[v]), SquaredNorm(u), SquaredNorm(v));

    /// <summary>Orders vectors by their bits, a function of the vectors alone.</summary>
    public int Compare(int u, int v) => MemoryMarshal.Cast<Half, ushort>(this[u]).SequenceCompareTo(MemoryMarshal.Cast<Half, ushort>(this[v]));

    /// <summary>Whether two vectors have the same bits: 0 and −0 differ, as do two lengths of one direction; the join links those.</summary>
    public static bool AreSame(ReadOnlySpan<Half> x, ReadOnlySpan<Half> y) => MemoryMarshal.AsBytes(x).SequenceEqual(MemoryMarshal.AsBytes(y));

    /// <summary>Adds a vector that is not there.</summary>
    public void Add(MeasuredVector vector) => _vectors.Add(vector);

    /// <summary>Takes the last vector away again.</summary>
    public void RemoveLast() => _vectors.RemoveAt(Count - 1);

    /// <summary>Makes room for as many vectors.</summary>
    public void EnsureCapacity(int count) => _vectors.EnsureCapacity(count);

    /// <summary>Some of the vectors, numbered in the order of <paramref name="nodes"/>.</summary>
    public DistinctVectors Of(IReadOnlyList<int> nodes)
    {
        var some = new DistinctVectors(Width);
        some.EnsureCapacity(nodes.Count);
        foreach (var node in nodes) some.Add(_vectors[node]);
        return some;
    }

    /// <summary>Keeps the vectors that have a place.</summary>
    public void Keep(NodePlaces places)
    {
        for (var node = 0; node < places.Before; node++)
            if (places[node] is >= 0 and var place) _vectors[place] = _vectors[node];
        _vectors.RemoveRange(places.After, places.Before - places.After);
    }
}

/// <summary>Where nodes go when some are removed: the others close up, in their order.</summary>
internal sealed class NodePlaces
{
    private readonly int[] _places;

    /// <summary>The places of nodes of which some stay.</summary>
    public NodePlaces(ReadOnlySpan<bool> stays)
    {
        _places = new int[stays.Length];
        for (var node = 0; node < stays.Length; node++) _places[node] = stays[node] ? After++ : -1;
    }

    /// <summary>How many there were.</summary>
    public int Before => _places.Length;

    /// <summary>How many stay.</summary>
    public int After { get; }

    /// <summary>A node's number from now on; −1 if it is removed.</summary>
    public int this[int node] => _places[node];
}
