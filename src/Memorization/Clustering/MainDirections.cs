using System.Numerics;
using System.Runtime.CompilerServices;
using Memorization.Inference;

namespace Memorization.Clustering;

/// <summary>Orthonormal directions in which vectors vary most; a vector's prefix is its parts along them, and the length of what is left.</summary>
/// <remarks>
/// Let p be the part of a unit vector x in the span of some orthonormal directions and r the rest. Then x·y = pₓ·p_y + rₓ·r_y ≤ pₓ·p_y + |rₓ|·|r_y|
/// (Cauchy–Schwarz), which is the product of prefixes, whatever the directions are; good ones make few pairs survive.
/// <para>
/// With k = d + 8 the float32 products that give p are each off by at most γₖ, so that p is off by δ = √h·γₖ in length. The directions
/// are orthonormal up to <see cref="Skew"/>, which changes products and squares of p by no more. The rest is rounded up by what its square can be too
/// small, 3δ + Skew, and a product of prefixes is too small by at most 2δ + δ² + Skew and its own rounding.
/// </para>
/// </remarks>
internal sealed class MainDirections
{
    /// <summary>Values of a prefix.</summary>
    public const int PrefixWidth = Count + 1;

    /// <summary>Directions.</summary>
    public const int Count = 63;

    private const int Sample = 2048;
    private const int Iterations = 6;
    private const double Skew = 2e-5; // of float32 directions: 63 products of rows that are off by 2⁻²³ each, twice over

    private readonly float[] _directions;
    private readonly double _distance;
    private readonly int _width;

    private MainDirections(float[] directions, int width)
    {
        (_directions, _width) = (directions, width);
        _distance = Math.Sqrt(Count) * WholeRows.Rounding(width);
    }

    /// <summary>How far a product of two prefixes, in float32, can lie below the similarity.</summary>
    public double Slack => (2 + _distance) * _distance + Skew + 2 * WholeRows.Rounding(PrefixWidth);

    /// <summary>No prefix is longer.</summary>
    public double MostLength => Math.Sqrt(1 + 3 * _distance + Skew) + 1e-6;

    /// <summary>The directions nearest to the eigenvectors of the largest eigenvalues of Σ x·xᵀ, by subspace iteration over a sample.</summary>
    /// <param name="vectors">At least one, with more values than a prefix.</param>
    public static MainDirections Of(DistinctVectors vectors)
    {
        var width = vectors.Width;
        var count = Math.Min(Sample, vectors.Count);
        var whole = new WholeRows(vectors);
        float[] row = new float[width], columns = new float[width * count], moments = new float[width * width];
        for (var i = 0; i < count; i++)
        {
            whole.Load((int)((long)i * vectors.Count / count), row);
            for (var k = 0; k < width; k++) columns[k * count + i] = row[k];
        }

        using var product = new MatrixProduct();
        product.Multiply(columns, columns, moments, count);
        var random = new Random(1);
        var directions = new float[Count * width];
        for (var i = 0; i < directions.Length; i++) directions[i] = (float)(random.NextDouble() - 0.5);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var turned = new float[directions.Length];
            product.Multiply(directions, moments, turned, width);
            directions = Orthonormal(turned, width);
        }

        return new MainDirections(directions, width);
    }

    /// <summary>The prefixes of unit vectors.</summary>
    /// <param name="unit">Unit vectors, one after the other.</param>
    /// <param name="parts">For their parts along the directions.</param>
    /// <param name="prefixes">Their prefixes.</param>
    /// <param name="product">Multiplies.</param>
    public void Project(Memory<float> unit, Memory<float> parts, Span<float> prefixes, MatrixProduct product)
    {
        product.Multiply(unit, _directions, parts, _width);
        AddRests(parts.Span, prefixes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run once in a process: nothing would warm it up
    private void AddRests(ReadOnlySpan<float> parts, Span<float> prefixes)
    {
        for (; prefixes.Length > 0; parts = parts[Count..], prefixes = prefixes[PrefixWidth..])
        {
            parts[..Count].CopyTo(prefixes);
            var squares = 0.0;
            foreach (double value in parts[..Count]) squares += value * value;
            prefixes[Count] = MathF.BitIncrement((float)Math.Sqrt(Math.Max(0, 1 - squares) + 3 * _distance + Skew));
        }
    }

    // Gram and Schmidt in float64, each row twice, so that what rounding leaves is float32's.
    private static float[] Orthonormal(float[] rows, int width)
    {
        var wide = Array.ConvertAll(rows, value => (double)value);
        var random = new Random(2);
        for (var i = 0; i < Count; i++)
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

/// <summary>Projects vectors, a number at a time, with memory that it keeps.</summary>
/// <remarks>Not thread-safe: one per worker.</remarks>
internal sealed class Projector(DistinctVectors vectors, MainDirections directions, int most) : IDisposable
{
    private readonly WholeRows _whole = new(vectors);
    private readonly MatrixProduct _product = new();
    private readonly float[] _unit = new float[most * vectors.Width];
    private readonly float[] _parts = new float[most * MainDirections.Count];
    private readonly float[] _prefixes = new float[most * MainDirections.PrefixWidth];

    /// <summary>Prefixes of <paramref name="count"/> vectors, one after the other, until the next call.</summary>
    public ReadOnlySpan<float> Prefixes(int count, Func<int, int> node)
    {
        for (var i = 0; i < count; i++) _whole.Load(node(i), _unit.AsSpan(i * vectors.Width, vectors.Width));
        var prefixes = _prefixes.AsSpan(0, count * MainDirections.PrefixWidth);
        directions.Project(_unit.AsMemory(0, count * vectors.Width), _parts.AsMemory(0, count * MainDirections.Count), prefixes, _product);
        return prefixes;
    }

    /// <inheritdoc/>
    public void Dispose() => _product.Dispose();
}
