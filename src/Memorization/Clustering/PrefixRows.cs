using Memorization.Inference;

namespace Memorization.Clustering;

/// <summary>The prefixes of all vectors along fixed <see cref="MainDirections"/>; they follow the vectors as those come and go.</summary>
internal abstract class PrefixRows(DistinctVectors vectors, MainDirections directions) : IFilterSource
{
    private const int SampleRows = 1024;
    private const int AtOnce = 256;

    /// <summary>The directions.</summary>
    protected MainDirections Directions { get; } = directions;

    /// <summary>How far the filter's estimate of a pair can lie above what its prefixes would give, at the usual pair.</summary>
    protected abstract double Blur { get; }

    /// <summary>Vectors that have a prefix.</summary>
    public abstract int Count { get; }

    /// <inheritdoc/>
    public abstract IPairFilter CreateFilter(double threshold, int tileSize);

    /// <summary>Follows a removal.</summary>
    public abstract void Keep(NodePlaces places);

    /// <summary>Gives prefixes to the vectors that have none yet.</summary>
    public void Extend()
    {
        var first = Count;
        Grow(vectors.Count);
        var blocks = (vectors.Count - first + AtOnce - 1) / AtOnce;
        Parallel.For(0, blocks, () => new Projector(vectors, Directions, AtOnce), (block, _, projector) =>
        {
            var start = first + block * AtOnce;
            Store(start, projector.Prefixes(Math.Min(AtOnce, vectors.Count - start), i => start + i));
            return projector;
        }, projector => projector.Dispose());
    }

    /// <summary>The share of pairs of a sample of the vectors that such a filter would propose.</summary>
    public double Survivors(double threshold)
    {
        using var product = new MatrixProduct();
        var sample = Sample();
        var count = sample.Length / MainDirections.PrefixWidth;
        var scores = new float[count * count];
        product.Multiply(sample, sample, scores, MainDirections.PrefixWidth);
        var least = threshold - Directions.Slack - Blur;
        return (scores.Count(score => score >= least) - count) / Math.Max(1.0, scores.Length - count);
    }

    /// <summary>Makes room up to <paramref name="count"/> rows.</summary>
    protected abstract void Grow(int count);

    /// <summary>Takes prefixes in.</summary>
    protected abstract void Store(int first, ReadOnlySpan<float> prefixes);

    /// <summary>Prefixes of vectors from all over the set.</summary>
    protected float[] Sample()
    {
        var count = Math.Min(SampleRows, vectors.Count);
        using var projector = new Projector(vectors, Directions, count);
        return projector.Prefixes(count, i => (int)((long)i * vectors.Count / count)).ToArray();
    }
}

/// <summary>Prefixes as they are.</summary>
internal sealed class FloatPrefixRows(DistinctVectors vectors, MainDirections directions) : PrefixRows(vectors, directions), IFloatRows
{
    private readonly RowBlocks<float> _rows = new(MainDirections.PrefixWidth);

    /// <inheritdoc/>
    public override int Count => _rows.Count;

    /// <inheritdoc/>
    public int Width => _rows.Width;

    /// <inheritdoc/>
    public double Slack => Directions.Slack;

    /// <inheritdoc/>
    protected override double Blur => 0;

    /// <inheritdoc/>
    public override IPairFilter CreateFilter(double threshold, int tileSize) => new CosineFilter(this, threshold, tileSize);

    /// <inheritdoc/>
    public void Load(int first, int count, Span<float> rows) => _rows.CopyTo(first, count, rows);

    /// <inheritdoc/>
    public override void Keep(NodePlaces places) => _rows.Keep(places);

    /// <inheritdoc/>
    protected override void Grow(int count) => _rows.Grow(count);

    /// <inheritdoc/>
    protected override void Store(int first, ReadOnlySpan<float> prefixes)
    {
        for (var i = 0; i < prefixes.Length / Width; i++) prefixes.Slice(i * Width, Width).CopyTo(_rows[first + i]);
    }
}
