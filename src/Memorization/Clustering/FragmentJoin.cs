using Memorization.Inference;

namespace Memorization.Clustering;

/// <summary>Reconnects what is left of components when some of their vectors go.</summary>
/// <remarks>
/// Edges between vectors that stay remain in the forest: what would have kept one out is at most gone. New edges can only lead from one fragment of
/// a component to another, and all within its largest fragment are known: only the others are compared, with each other and with it.
/// </remarks>
internal sealed class FragmentJoin(DistinctVectors vectors, double threshold, int parallelism)
{
    private const long ManyPairs = 1 << 22; // from here on one component is worth all threads

    /// <summary>The edges of the forest without the vectors that go, and possibly some that it does not need, in the old numbers.</summary>
    /// <param name="edges">The forest with all vectors.</param>
    /// <param name="places">Which vectors go.</param>
    /// <param name="stop">Stops the work.</param>
    public List<NodeEdge> Run(IReadOnlyList<NodeEdge> edges, NodePlaces places, CancellationToken stop)
    {
        var left = edges.Where(edge => places[edge.U] >= 0 && places[edge.V] >= 0).ToList();
        return Reconnect(left, Struck(edges, places), stop);
    }

    /// <summary>The edges given and those that lead from one fragment of a component to another, and possibly some that a forest does not need.</summary>
    /// <param name="left">Edges of a maximum spanning forest whose other vectors went.</param>
    /// <param name="components">The vectors that are left of each component; links lead from none to another.</param>
    /// <param name="stop">Stops the work.</param>
    public List<NodeEdge> Reconnect(IReadOnlyList<NodeEdge> left, IEnumerable<IEnumerable<int>> components, CancellationToken stop)
    {
        var broken = Broken(left, components);
        var ofNode = broken.SelectMany(component => component.Nodes, (component, node) => (node, component)).ToDictionary(pair => pair.node, pair => pair.component);
        foreach (var edge in left)
            if (ofNode.TryGetValue(edge.U, out var component)) component.Edges.Add(edge);

        var found = new List<NodeEdge>(left);
        foreach (var component in broken.Where(component => component.Pairs >= ManyPairs)) Join(component, parallelism);
        Parallel.ForEach(
            broken.Where(component => component.Pairs < ManyPairs),
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = stop },
            component => Join(component, 1));
        return found;

        void Join(Component component, int threads)
        {
            var reconnected = component.Reconnected(vectors, threshold, threads, stop);
            lock (found) found.AddRange(reconnected);
        }
    }

    // What is left of components that lost a vector.
    private static IEnumerable<IEnumerable<int>> Struck(IReadOnlyList<NodeEdge> edges, NodePlaces places)
    {
        var before = new DisjointSets(places.Before);
        foreach (var edge in edges) before.Union(edge.U, edge.V, edge.Similarity);
        var struck = new HashSet<int>();
        for (var node = 0; node < places.Before; node++)
            if (places[node] < 0) struck.Add(before.Find(node));
        return Enumerable.Range(0, places.Before).Where(node => places[node] >= 0 && struck.Contains(before.Find(node))).GroupBy(before.Find);
    }

    // Components that fell apart.
    private List<Component> Broken(IReadOnlyList<NodeEdge> left, IEnumerable<IEnumerable<int>> components)
    {
        var after = new DisjointSets(vectors.Count);
        foreach (var edge in left) after.Union(edge.U, edge.V, edge.Similarity);
        return [.. components
            .Select(component => component.GroupBy(after.Find, (_, nodes) => nodes.ToList()).OrderByDescending(fragment => fragment.Count).ToList())
            .Where(fragments => fragments.Count > 1)
            .Select(fragments => new Component([.. fragments.SelectMany(fragment => fragment)], fragments[0].Count))];
    }

    // The nodes of the largest fragment come first.
    private sealed record Component(List<int> Nodes, int Largest)
    {
        public List<NodeEdge> Edges { get; } = [];

        public long Pairs => (long)(Nodes.Count - Largest) * Nodes.Count;

        public IEnumerable<NodeEdge> Reconnected(DistinctVectors vectors, double threshold, int threads, CancellationToken stop)
        {
            var numbers = new Dictionary<int, int>(Nodes.Count);
            foreach (var node in Nodes) numbers.Add(node, numbers.Count);
            var mine = vectors.Of(Nodes);
            var forest = new ForestBuilder(mine, Edges.Select(edge => edge with { U = numbers[edge.U], V = numbers[edge.V] }));
            var source = new FilterChoice(mine, threshold, PairFilterKind.Automatic, [OnnxDevice.Cpu]).For(Largest);
            var join = new SimilarityJoin(mine, threshold, threads, PairTiles.Side, source);
            join.Run(join.New(Largest), forest, stop);
            return forest.Reduced().Select(edge => edge with { U = Nodes[edge.U], V = Nodes[edge.V] });
        }
    }
}
