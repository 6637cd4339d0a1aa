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
    private readonly Lock _gate = new();
    private readonly int _limit;
    private readonly List<NodeEdge> _edges;
    private int _reduced;
    private volatile DisjointSets _known;

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
        _edges = [.. edges];
        _known = Reduce();
    }

    /// <summary>False if an edge of that similarity between these nodes cannot be in the forest: they are connected by better ones.</summary>
    public bool MayHold(int u, int v, double similarity) => similarity >= _known.Bottleneck(u, v);

    /// <summary>Adds edges.</summary>
    public void Add(IReadOnlyCollection<NodeEdge> edges)
    {
        if (edges.Count == 0) return;
        lock (_gate)
        {
            _edges.AddRange(edges);
            if (_edges.Count - _reduced > _limit) _known = Reduce();
        }
    }

    /// <summary>The forest, best edge first; nothing may be added after.</summary>
    public List<NodeEdge> Reduced()
    {
        lock (_gate)
        {
            if (_edges.Count > _reduced) _known = Reduce();
            return _edges;
        }
    }

    private DisjointSets Reduce()
    {
        var sets = new DisjointSets(_vectors.Count);
        _edges.Sort(BestFirst);
        _edges.RemoveAll(edge => !sets.Union(edge.U, edge.V, edge.Similarity));
        _reduced = _edges.Count;
        return sets;
    }

    private int BestFirst(NodeEdge x, NodeEdge y)
    {
        var order = y.Similarity.CompareTo(x.Similarity);
        if (order != 0 || x == y) return order;
        var (x0, x1) = Ordered(x);
        var (y0, y1) = Ordered(y);
        order = _vectors.Compare(x0, y0);
        return order != 0 ? order : _vectors.Compare(x1, y1);

        (int, int) Ordered(NodeEdge edge) => _vectors.Compare(edge.U, edge.V) <= 0 ? (edge.U, edge.V) : (edge.V, edge.U);
    }
}
