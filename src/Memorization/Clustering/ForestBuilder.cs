using System.Runtime.CompilerServices;

namespace Memorization.Clustering;

/// <summary>A link between two distinct vectors, by their numbers.</summary>
internal readonly record struct NodeEdge(int U, int V, double Similarity);

/// <summary>The maximum spanning forest of the edges added so far, without ever holding many more edges than nodes.</summary>
/// <remarks>
/// As MSF(A ∪ B) = MSF(MSF(A) ∪ B), edges are thrown away whenever enough have gathered; which ones arrive together changes nothing.
/// Edges are ordered by similarity, highest first, and ties by the bits of the two vectors, which makes the forest unique and a
/// function of the vectors alone. (Ties by content key would not do: a copy that arrives with a smaller key would reorder edges that
/// were thrown away before.) Thread-safe.
/// </remarks>
internal sealed class ForestBuilder
{
    private readonly DistinctVectors _vectors;
    private readonly Lock _gate = new(); // of what waits
    private readonly Lock _reducing = new(); // of the forest
    private readonly int _limit;
    private NodeEdge[] _edges = [];
    private NodeEdge[] _buffer = [];
    private int _count;
    private List<NodeEdge> _waiting = [];
    private List<NodeEdge> _spare = [];
    private volatile DisjointSets _known = new(0);

    /// <summary>A forest that starts with <paramref name="edges"/> among all of <paramref name="vectors"/>.</summary>
    /// <param name="vectors">The nodes.</param>
    /// <param name="edges">Any edges.</param>
    /// <param name="limit">
    /// Edges to gather before the next reduction, if that is more than there are nodes. 2¹⁷ keeps sorting a small share of the work and
    /// what is known of bottlenecks fresh.
    /// </param>
    public ForestBuilder(DistinctVectors vectors, IEnumerable<NodeEdge> edges, int limit = 1 << 17)
    {
        _vectors = vectors;
        _limit = Math.Max(limit, vectors.Count);
        Reduce([.. edges]);
    }

    /// <summary>False if an edge of that similarity between these nodes cannot be in the forest: they are connected by better ones.</summary>
    public bool MayHold(int u, int v, double similarity) => similarity >= _known.Bottleneck(u, v);

    /// <summary>Adds edges.</summary>
    public void Add(IReadOnlyCollection<NodeEdge> edges)
    {
        if (edges.Count == 0) return;
        List<NodeEdge> taken;
        lock (_gate)
        {
            _waiting.AddRange(edges);
            if (_waiting.Count < _limit) return;
            (taken, _waiting, _spare) = (_waiting, _spare, []);
        }

        Reduce(taken); // while others add
        taken.Clear();
        lock (_gate) _spare = taken;
    }

    /// <summary>The forest, best edge first; nothing may be added after.</summary>
    public List<NodeEdge> Reduced()
    {
        Reduce(_waiting);
        _waiting = [];
        return [.. _edges.AsSpan(0, _count)];
    }

    private void Reduce(List<NodeEdge> added)
    {
        lock (_reducing)
        {
            var all = _count + added.Count;
            if (_edges.Length < all) Array.Resize(ref _edges, all + all / 4);
            if (_buffer.Length < all) _buffer = new NodeEdge[_edges.Length];
            added.CopyTo(_edges, _count);
            SortBySimilarity(all);
            SortTies(_edges.AsSpan(0, all));
            _known = Unite(all);
        }
    }

    // A radix sort by the bits of the similarities, which order as positive numbers do; stable, and many times as fast as comparing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SortBySimilarity(int count)
    {
        const int bits = 11;
        Span<int> ends = stackalloc int[1 << bits];
        for (var shift = 0; shift < 64; shift += bits)
        {
            ends.Clear();
            foreach (ref readonly var edge in _edges.AsSpan(0, count)) ends[Digit(edge, shift)]++;
            if (count == 0 || ends[Digit(_edges[0], shift)] == count) continue;
            for (var digit = 1; digit < ends.Length; digit++) ends[digit] += ends[digit - 1];
            for (var i = count - 1; i >= 0; i--) _buffer[--ends[Digit(_edges[i], shift)]] = _edges[i];
            (_edges, _buffer) = (_buffer, _edges);
        }

        static int Digit(in NodeEdge edge, int shift) => (int)(~BitConverter.DoubleToUInt64Bits(edge.Similarity) >> shift) & ((1 << bits) - 1);
    }

    private void SortTies(Span<NodeEdge> edges)
    {
        for (int start = 0, end; start < edges.Length; start = end)
        {
            for (end = start + 1; end < edges.Length && edges[end].Similarity == edges[start].Similarity; end++) { }
            if (end - start > 1) edges[start..end].Sort(ByVectors);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private DisjointSets Unite(int all)
    {
        var sets = new DisjointSets(_vectors.Count);
        _count = 0;
        for (var i = 0; i < all; i++)
        {
            var edge = _edges[i];
            if (sets.Union(edge.U, edge.V, edge.Similarity)) _edges[_count++] = edge;
        }

        return sets;
    }

    private int ByVectors(NodeEdge x, NodeEdge y)
    {
        if (x == y) return 0;
        var (x0, x1) = Ordered(x);
        var (y0, y1) = Ordered(y);
        var order = _vectors.Compare(x0, y0);
        return order != 0 ? order : _vectors.Compare(x1, y1);

        (int, int) Ordered(NodeEdge edge) => _vectors.Compare(edge.U, edge.V) <= 0 ? (edge.U, edge.V) : (edge.V, edge.U);
    }
}
