using System.Numerics;
using System.Runtime.CompilerServices;
using Memorization.Inference;

namespace Memorization.Clustering;

/// <summary>The vectors' parts along the directions in which they vary most, and the length of what is left.</summary>
/// <remarks>
/// Let p be the part of a unit vector x in the span of some orthonormal directions and r the rest. Then x·y = pₓ·p_y + rₓ·r_y ≤ pₓ·p_y + |rₓ|·|r_y|
/// (Cauchy–Schwarz), which is the product of rows of few values, whatever the directions are; good ones make few pairs survive.
/// <para>
/// With k = d + 8 the float32 products that give p are each off by at most γₖ, so that p is off by δ = √h·γₖ in length. The directions
/// are orthonormal up to <see cref="Skew"/>, which changes products and squares of p by no more. The rest is rounded up by what its square can be too
/// small, 3δ + Skew, and a product of rows is too small by at most 2δ + δ² + Skew and its own rounding.
/// </para>
/// </remarks>
internal sealed class PrefixRows : FilterRows
{
    /// <summary>Vectors below which a prefix is not worth its preparation.</summary>
    public const int LeastVectors = 4096;

    /// <summary>New vectors below which it is not: every vector gets a prefix, which costs as much as comparing it with some hundred others.</summary>
    public const int LeastNew = 512;

    private const int Values = 64;
    private const int Directions = Values - 1;
    private const int Sample = 2048;
    private const int Iterations = 6;
    private const int RowsAtOnce = 1024;
    private const double Skew = 2e-5; // of float32 directions: 63 products of rows that are off by 2⁻²³ each, twice over
    private const double MostSurvivors = 0.03; // a survivor costs about thirty times what a pair costs the filter of whole vectors

    private readonly float[] _directions;
    private readonly double _distance;
    private readonly float[] _rows;

    private PrefixRows(VectorSet vectors, float[] directions)
    {
        _directions = directions;
        _distance = Math.Sqrt(Directions) * Rounding(vectors.Width);
        _rows = GC.AllocateUninitializedArray<float>(checked(vectors.DistinctCount * Values));
        Project(vectors);
    }

    /// <inheritdoc/>
    public override int Width => Values;

    /// <inheritdoc/>
    public override double Slack => (2 + _distance) * _distance + Skew + 2 * Rounding(Values);

    /// <summary>Prefixes of all vectors; null if they, or the new ones, are too few or too short, or too many pairs would survive.</summary>
    /// <param name="vectors">The vectors.</param>
    /// <param name="firstNew">The first of those that are compared with all before them.</param>
    /// <param name="threshold">The similarity that is looked for.</param>
    public static PrefixRows? For(VectorSet vectors, int firstNew, double threshold)
    {
        if (vectors.DistinctCount < LeastVectors || vectors.DistinctCount - firstNew < LeastNew || vectors.Width < 2 * Values) return null;
        var rows = Of(vectors);
        return rows.Survivors(threshold) <= MostSurvivors ? rows : null;
    }

    /// <summary>Prefixes of all vectors, worth it or not; they must have more values than a prefix.</summary>
    public static PrefixRows Of(VectorSet vectors) => new(vectors, MainDirections(vectors));

    /// <inheritdoc/>
    public override void Load(int first, int count, Span<float> rows) => _rows.AsSpan(first * Values, count * Values).CopyTo(rows);

    private void Project(VectorSet vectors)
    {
        var whole = new WholeRows(vectors);
        Parallel.For(
            0, (vectors.DistinctCount + RowsAtOnce - 1) / RowsAtOnce,
            () => (Product: new MatrixProduct(), Unit: new float[RowsAtOnce * vectors.Width], Parts: new float[RowsAtOnce * Directions]),
            (block, _, mine) =>
            {
                var first = block * RowsAtOnce;
                var count = Math.Min(RowsAtOnce, vectors.DistinctCount - first);
                whole.Load(first, count, mine.Unit);
                mine.Product.Multiply(mine.Unit.AsMemory(0, count * vectors.Width), _directions, mine.Parts.AsMemory(0, count * Directions), vectors.Width);
                AddRests(mine.Parts.AsSpan(0, count * Directions), _rows.AsSpan(first * Values, count * Values));
                return mine;
            },
            mine => mine.Product.Dispose());
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run once in a process: nothing would warm it up
    private void AddRests(ReadOnlySpan<float> parts, Span<float> rows)
    {
        for (; rows.Length > 0; parts = parts[Directions..], rows = rows[Values..])
        {
            parts[..Directions].CopyTo(rows);
            var squares = 0.0;
            foreach (double value in parts[..Directions]) squares += value * value;
            rows[Directions] = MathF.BitIncrement((float)Math.Sqrt(Math.Max(0, 1 - squares) + 3 * _distance + Skew));
        }
    }

    // The share of pairs of a sample that reach the threshold.
    private double Survivors(double threshold)
    {
        using var product = new MatrixProduct();
        var sample = new float[RowsAtOnce * Values];
        var step = _rows.Length / Values / RowsAtOnce;
        for (var i = 0; i < RowsAtOnce; i++) Load(i * step, 1, sample.AsSpan(i * Values));
        var scores = new float[RowsAtOnce * RowsAtOnce];
        product.Multiply(sample, sample, scores, Values);
        return (scores.Count(score => score + Slack >= threshold) - RowsAtOnce) / (double)(scores.Length - RowsAtOnce);
    }

    // Orthonormal rows near the eigenvectors of the largest eigenvalues of Σ x·xᵀ, by subspace iteration over a sample.
    private static float[] MainDirections(VectorSet vectors)
    {
        var width = vectors.Width;
        var count = Math.Min(Sample, vectors.DistinctCount);
        var whole = new WholeRows(vectors);
        float[] row = new float[width], columns = new float[width * count], moments = new float[width * width];
        for (var i = 0; i < count; i++)
        {
            whole.Load((int)((long)i * vectors.DistinctCount / count), 1, row);
            for (var k = 0; k < width; k++) columns[k * count + i] = row[k];
        }

        using var product = new MatrixProduct();
        product.Multiply(columns, columns, moments, count);
        var random = new Random(1);
        var directions = new float[Directions * width];
        for (var i = 0; i < directions.Length; i++) directions[i] = (float)(random.NextDouble() - 0.5);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var turned = new float[directions.Length];
            product.Multiply(directions, moments, turned, width);
            directions = Orthonormal(turned, width);
        }

        return directions;
    }

    // Gram and Schmidt in float64, each row twice, so that what rounding leaves is float32's.
    private static float[] Orthonormal(float[] rows, int width)
    {
        var wide = Array.ConvertAll(rows, value => (double)value);
        var random = new Random(2);
        for (var i = 0; i < Directions; i++)
        {
            var row = wide.AsSpan(i * width, width);
            for (var pass = 0; pass < 2; pass++)
            {
                for (var j = 0; j < i; j++) Subtract(row, wide.AsSpan(j * width, width));
                var length = Math.Sqrt(Product(row, row));
                if (length < 1e-12)
                {
                    // The vectors have no more directions than this: any other one will do.
                    foreach (ref var value in row) value = random.NextDouble() - 0.5;
                    pass = -1;
                    continue;
                }

                foreach (ref var value in row) value /= length;
            }
        }

        return Array.ConvertAll(wide, value => (float)value);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract(Span<double> row, ReadOnlySpan<double> direction)
    {
        var part = Product(row, direction);
        var parts = new Vector<double>(part);
        var k = 0;
        for (; k <= row.Length - Vector<double>.Count; k += Vector<double>.Count)
            (new Vector<double>(row[k..]) - parts * new Vector<double>(direction[k..])).CopyTo(row[k..]);
        for (; k < row.Length; k++) row[k] -= part * direction[k];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Product(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var sum = Vector<double>.Zero;
        var k = 0;
        for (; k <= x.Length - Vector<double>.Count; k += Vector<double>.Count) sum += new Vector<double>(x[k..]) * new Vector<double>(y[k..]);
        var product = Vector.Sum(sum);
        for (; k < x.Length; k++) product += x[k] * y[k];
        return product;
    }
}
