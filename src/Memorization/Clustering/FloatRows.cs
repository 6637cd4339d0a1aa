namespace Memorization.Clustering;

/// <summary>Float32 rows for a set of vectors whose products, plus a slack, are never below the similarities.</summary>
internal interface IFloatRows
{
    /// <summary>Values per row.</summary>
    int Width { get; }

    /// <summary>How far a product, computed in float32 and in any order, can lie below the similarity.</summary>
    double Slack { get; }

    /// <summary>Copies rows, one after the other.</summary>
    void Load(int first, int count, Span<float> rows);
}

/// <summary>The vectors themselves, scaled to unit length.</summary>
internal sealed class WholeRows(DistinctVectors vectors) : IFloatRows, IFilterSource
{
    private const double UnitRoundoff = 1.0 / (1 << 24);

    /// <inheritdoc/>
    public int Width => vectors.Width;

    /// <inheritdoc/>
    public double Slack { get; } = Rounding(vectors.Width);

    /// <summary>By how much rounding can change a float32 product of rows of a length of at most 1, which were rounded four times themselves.</summary>
    /// <remarks>
    /// Rows are scaled to unit length in float32: converting 1/|x| and multiplying round once each, on both sides four factors (1 + δ),
    /// |δ| ≤ u = 2⁻²⁴; a product of d terms, summed in any order, adds at most d more. With k = d + 4 and Σ|xᵢyᵢ| ≤ |x|·|y| the result
    /// is off by at most γₖ = k·u / (1 − k·u) (Higham, Accuracy and Stability of Numerical Algorithms, §3.1); four more roundings cover
    /// the float64 side of the comparison. No scaled float16 value is small enough for a product to underflow.
    /// </remarks>
    public static double Rounding(int width)
    {
        var error = (width + 8) * UnitRoundoff;
        return error / (1 - error);
    }

    /// <inheritdoc/>
    public void Load(int first, int count, Span<float> rows)
    {
        for (var i = 0; i < count; i++) Load(first + i, rows.Slice(i * Width, Width));
    }

    /// <summary>Copies one row.</summary>
    public void Load(int node, Span<float> row) => Cosine.Scale(vectors[node], (float)(1 / Math.Sqrt(vectors.SquaredNorm(node))), row);

    /// <inheritdoc/>
    public IPairFilter CreateFilter(double threshold, int tileSize) => new CosineFilter(this, threshold, tileSize);
}
