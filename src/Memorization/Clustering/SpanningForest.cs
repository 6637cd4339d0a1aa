using System.ComponentModel.DataAnnotations;

namespace Memorization.Clustering;

/// <summary>A link between two images.</summary>
/// <param name="A">The smaller key.</param>
/// <param name="B">The larger key.</param>
/// <param name="Similarity">Cosine similarity, in (0, 1]; 1 for identical vectors.</param>
public readonly record struct ForestEdge(ContentKey A, ContentKey B, double Similarity);

/// <summary>The maximum spanning forest of all links at or above the store threshold: every family at every threshold from there up.</summary>
/// <remarks>
/// At most one edge fewer than keys, even where all are alike. It is a function of the set of keyed vectors alone: neither the order
/// of arrival nor batches, tiles, threads or the machine change it. Not thread-safe; <see cref="Insert"/> uses threads of its own.
/// </remarks>
public sealed class SpanningForest
{
    private readonly ClusterOptions _options;
    private readonly FilterChoice _filters;
    private List<NodeEdge> _edges = [];
    private int _joined;

    /// <summary>A forest over no vectors.</summary>
    /// <param name="width">Values per vector.</param>
    /// <param name="options">Thresholds and threads.</param>
    /// <param name="filter">How pairs are looked at first; changes nothing but time.</param>
    /// <exception cref="ValidationException">The options contradict themselves or lie outside their ranges.</exception>
    public SpanningForest(int width, ClusterOptions options, PairFilterKind filter = PairFilterKind.Automatic)
        : this(new VectorSet(width), options, filter)
    {
    }

    private SpanningForest(VectorSet vectors, ClusterOptions options, PairFilterKind filter)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        Vectors = vectors;
        _options = options;
        _filters = new FilterChoice(vectors.Distinct, options.StoreThreshold, filter, options.Devices());
    }

    /// <summary>The vectors inserted so far.</summary>
    public VectorSet Vectors { get; }

    /// <summary>Similarity from which links are kept.</summary>
    public double StoreThreshold => _options.StoreThreshold;

    /// <summary>Vectors per side of a tile; changes nothing but time, memory and what a piece is.</summary>
    internal int TileSize { get; init; } = PairTiles.Side;

    /// <summary>Vectors per side of what pieces of a table are made of; another only to try it with few vectors.</summary>
    internal int PieceSide { get; init; } = PairTiles.PieceSide;

    private int Parallelism => _options.Parallelism == 0 ? Environment.ProcessorCount : _options.Parallelism;

    /// <summary>The forest that <see cref="Edges"/> came from, without computing anything again.</summary>
    /// <param name="vectors">All vectors that were in it; the forest keeps the set.</param>
    /// <param name="edges">Its edges, found with the same <see cref="ClusterOptions.StoreThreshold"/>.</param>
    /// <param name="options">Thresholds and threads.</param>
    /// <exception cref="ArgumentException">An edge has a key without a vector, or a similarity that this forest would not hold.</exception>
    /// <exception cref="ValidationException">The options contradict themselves or lie outside their ranges.</exception>
    public static SpanningForest Restore(VectorSet vectors, IEnumerable<ForestEdge> edges, ClusterOptions options)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        var forest = new SpanningForest(vectors, options, PairFilterKind.Automatic) { _joined = vectors.Distinct.Count };
        forest.Merge(edges);
        return forest;
    }

    /// <summary>Adds a batch: its links to what is there and among itself. A key that is there with the same vector changes nothing.</summary>
    /// <exception cref="InvalidVectorException">Names the first vector that cannot be compared; then nothing of the batch was added.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the vectors are there and the next call, with or without more, links them.</exception>
    /// <exception cref="NotSupportedException">A device is not there; the message says what to do.</exception>
    public void Insert(IReadOnlyList<KeyedVector> batch, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Vectors.Add(batch);
        Join(join => join.New(_joined), stop);
    }

    /// <summary>
    /// Adds a batch to an empty forest, and of its links only those in some pieces of the table of all pairs. The edges of all pieces, merged in any
    /// order, are those that <see cref="Insert"/> finds. Pieces cost about the same; some have nothing to compare where vectors are few.
    /// </summary>
    /// <param name="batch">The same vectors in the same order for every piece.</param>
    /// <param name="pieces">Some of 0..<paramref name="of"/>.</param>
    /// <param name="of">Pieces that the table is cut into.</param>
    /// <param name="stop">Stops the work; the vectors are there, without links.</param>
    /// <exception cref="InvalidVectorException">Names the first vector that cannot be compared; then nothing of the batch was added.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no such pieces.</exception>
    /// <exception cref="InvalidOperationException">There are vectors in the forest.</exception>
    public void InsertPart(IReadOnlyList<KeyedVector> batch, Range pieces, int of, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (Vectors.Count > 0) throw new InvalidOperationException("A part is inserted into an empty forest.");
        _ = pieces.GetOffsetAndLength(of); // before anything is added
        Vectors.Add(batch);
        Join(join => join.Pieces(pieces, of, PieceSide), stop);
    }

    /// <summary>Takes keys out: families that hung together by their vectors alone fall apart, and nothing else changes.</summary>
    /// <exception cref="KeyNotFoundException">There is no vector under a key; then nothing was removed.</exception>
    /// <exception cref="OperationCanceledException">Stopped; nothing was removed.</exception>
    public void Remove(IReadOnlyCollection<ContentKey> keys, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ThrowIfIncomplete();
        var places = Vectors.PlacesWithout(keys);
        var edges = new FragmentJoin(Vectors.Distinct, StoreThreshold, Parallelism).Run(_edges, places, stop);
        Vectors.Remove(keys, places);
        _filters.Keep(places);
        _joined = places.After;
        _edges = new ForestBuilder(Vectors.Distinct, edges.Select(edge => edge with { U = places[edge.U], V = places[edge.V] })).Reduced();
    }

    /// <summary>Adds links among these vectors that were found elsewhere.</summary>
    /// <exception cref="ArgumentException">An edge has a key without a vector, or a similarity that this forest would not hold.</exception>
    public void Merge(IEnumerable<ForestEdge> edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        _edges = new ForestBuilder(Vectors.Distinct, edges.Select(Resolve).Where(edge => edge.U != edge.V).Concat(_edges)).Reduced();
    }

    /// <summary>The edges, best first, then by keys. Keys with one vector hang from the smallest of them, with similarity 1.</summary>
    /// <param name="withCopies">Whether those edges, which the vectors alone make, are among them.</param>
    public IReadOnlyList<ForestEdge> Edges(bool withCopies = true)
    {
        ThrowIfIncomplete();
        var copies = !withCopies ? [] : Vectors.Nodes.Select(pair => (Key: pair.Key, First: Vectors.SmallestKey(pair.Value)))
            .Where(copy => copy.Key != copy.First)
            .Select(copy => new ForestEdge(copy.First, copy.Key, 1));
        var links = _edges.Select(edge =>
        {
            var (a, b) = (Vectors.SmallestKey(edge.U), Vectors.SmallestKey(edge.V));
            return a < b ? new ForestEdge(a, b, edge.Similarity) : new ForestEdge(b, a, edge.Similarity);
        });
        return [.. copies.Concat(links).OrderByDescending(edge => edge.Similarity).ThenBy(edge => edge.A).ThenBy(edge => edge.B)];
    }

    /// <summary>The connected components of all links with similarity ≥ <paramref name="threshold"/>, exactly.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below the store threshold, above 1 or NaN.</exception>
    public Families Cut(double threshold)
    {
        ThrowIfIncomplete();
        if (!(threshold >= StoreThreshold && threshold <= 1))
        {
            var message = FormattableString.Invariant($"A threshold lies between the store threshold, {StoreThreshold}, and 1.");
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, message);
        }

        var sets = new DisjointSets(Vectors.Distinct.Count);
        foreach (var edge in _edges.TakeWhile(edge => edge.Similarity >= threshold)) sets.Union(edge.U, edge.V, edge.Similarity);
        return new Families(threshold, Vectors.Nodes.ToLookup(pair => sets.Find(pair.Value), pair => pair.Key));
    }

    private void Join(Func<SimilarityJoin, IEnumerable<Tile>> tiles, CancellationToken stop)
    {
        if (_joined == Vectors.Distinct.Count) return;
        var builder = new ForestBuilder(Vectors.Distinct, _edges);
        var source = _filters.For(_joined);
        using (source as IDisposable)
        {
            var join = new SimilarityJoin(Vectors.Distinct, StoreThreshold, Parallelism, TileSize, source);
            join.Run(tiles(join), builder, stop);
        }

        _edges = builder.Reduced();
        _joined = Vectors.Distinct.Count;
    }

    private NodeEdge Resolve(ForestEdge edge)
    {
        if (!(edge.Similarity >= StoreThreshold && edge.Similarity <= 1))
            throw new ArgumentException(FormattableString.Invariant($"{edge}: the similarity does not lie between {StoreThreshold} and 1."));
        return new NodeEdge(Node(edge.A), Node(edge.B), edge.Similarity);

        int Node(ContentKey key) => Vectors.Nodes.TryGetValue(key, out var node)
            ? node
            : throw new ArgumentException($"{edge}: there is no vector under {key}.");
    }

    private void ThrowIfIncomplete()
    {
        if (_joined < Vectors.Distinct.Count)
            throw new InvalidOperationException("Vectors wait to be linked: an insert was stopped. Insert again, be it an empty batch.");
    }
}
