namespace Memorization.Clustering;

/// <summary>Union-find that remembers at which similarity each union happened.</summary>
/// <remarks>
/// Union by size without path compression: a node is at most log₂ n steps below its root, the path of the weakest edge between two
/// nodes can be read off for ever, and reading is thread-safe once nobody unites.
/// </remarks>
internal sealed class DisjointSets
{
    private readonly int[] _parents;
    private readonly int[] _sizes;
    private readonly double[] _joinedAt; // 0 for a root; never rises on the way up

    /// <summary>Every node alone.</summary>
    public DisjointSets(int nodes)
    {
        _parents = new int[nodes];
        _sizes = new int[nodes];
        _joinedAt = new double[nodes];
        for (var i = 0; i < nodes; i++) (_parents[i], _sizes[i]) = (i, 1);
    }

    /// <summary>The set of a node: the same number for every member.</summary>
    public int Find(int node)
    {
        while (_parents[node] != node) node = _parents[node];
        return node;
    }

    /// <summary>Unites two sets; false if they are one. Similarities must be above 0 and never rise from call to call.</summary>
    public bool Union(int u, int v, double similarity)
    {
        (u, v) = (Find(u), Find(v));
        if (u == v) return false;
        if (_sizes[u] < _sizes[v]) (u, v) = (v, u);
        _parents[v] = u;
        _sizes[u] += _sizes[v];
        _joinedAt[v] = similarity;
        return true;
    }

    /// <summary>The highest similarity at which the two nodes are connected: the weakest edge between them; 0 if they are not.</summary>
    public double Bottleneck(int u, int v)
    {
        var weakest = double.PositiveInfinity;
        while (u != v && weakest > 0)
        {
            if (_joinedAt[u] < _joinedAt[v]) (u, v) = (v, u); // u joined earlier: one step up from it
            weakest = _joinedAt[u];
            u = _parents[u];
        }

        return weakest;
    }
}
