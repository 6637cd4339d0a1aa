using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Memorization.Clustering;

/// <summary>The cosine similarity that decides who is linked: float64 on float16 values as given, the same on every machine.</summary>
/// <remarks>
/// Finite float16 values are multiples of 2⁻²⁴, so products are exact in float64 and multiples of 2⁻⁴⁸. A sum is exact too, in any
/// order, while no partial sum passes 2⁵: by Cauchy–Schwarz that holds whenever |x|·|y| ≤ 32, for unit vectors by far. Longer vectors
/// are summed in a fixed order, whatever the vector unit, and so still give the same bits everywhere.
/// </remarks>
internal static class Cosine
{
    private const int Step = 16;
    private const float TwoTo112 = 5192296858534827628530496329220096f;

    /// <summary>The dot product of two rows of the same width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot(ReadOnlySpan<Half> x, ReadOnlySpan<Half> y)
    {
        Vector256<double> a = default, b = default, c = default, d = default;
        for (var i = 0; i < x.Length; i += Step)
        {
            var (x0, x1) = Widen(x[i..]);
            var (y0, y1) = Widen(y[i..]);
            a += Vector256.WidenLower(x0) * Vector256.WidenLower(y0);
            b += Vector256.WidenUpper(x0) * Vector256.WidenUpper(y0);
            c += Vector256.WidenLower(x1) * Vector256.WidenLower(y1);
            d += Vector256.WidenUpper(x1) * Vector256.WidenUpper(y1);
        }

        var sum = a + b + (c + d);
        return sum[0] + sum[1] + (sum[2] + sum[3]);
    }

    /// <summary>
    /// The largest float64 τ at which the pair is linked, where linked means dot ≥ τ·√(|x|²·|y|²) in float64; 1 if that is more.
    /// </summary>
    /// <remarks>
    /// dot / √(|x|²·|y|²) can differ from it by an ulp, and then a forest cut and the predicate would disagree at that very τ.
    /// As rounding is monotone in τ, <c>Similarity ≥ τ</c> and <see cref="IsLinked"/> are one and the same for every τ in (0, 1].
    /// </remarks>
    public static double Similarity(double dot, double squaredNormX, double squaredNormY)
    {
        var scale = Math.Sqrt(squaredNormX * squaredNormY);
        if (dot >= scale) return 1;
        var similarity = dot / scale;
        if (dot <= 0) return similarity; // never linked
        while (similarity * scale > dot) similarity = Math.BitDecrement(similarity);
        while (Math.BitIncrement(similarity) * scale <= dot) similarity = Math.BitIncrement(similarity);
        return similarity;
    }

    /// <summary>The definition of a link at <paramref name="threshold"/>.</summary>
    public static bool IsLinked(double dot, double squaredNormX, double squaredNormY, double threshold) =>
        dot >= threshold * Math.Sqrt(squaredNormX * squaredNormY);

    /// <summary>The float32 values of <paramref name="row"/> times <paramref name="scale"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(ReadOnlySpan<Half> row, float scale, Span<float> scaled)
    {
        var i = 0;
        for (; i <= row.Length - Step; i += Step)
        {
            var (lower, upper) = Widen(row[i..]);
            (lower * scale).CopyTo(scaled[i..]);
            (upper * scale).CopyTo(scaled[(i + 8)..]);
        }

        for (; i < row.Length; i++) scaled[i] = (float)row[i] * scale;
    }

    /// <summary>The float16 values of <paramref name="row"/> times <paramref name="scale"/>, rounded.</summary>
    /// <returns>How far they are from the exact ones, as the length of the difference.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ToUnit(ReadOnlySpan<Half> row, double scale, Span<Half> scaled)
    {
        var squares = 0.0;
        for (var i = 0; i < row.Length; i++)
        {
            var exact = (double)row[i] * scale;
            scaled[i] = (Half)exact;
            var error = exact - (double)scaled[i];
            squares += error * error;
        }

        return Math.Sqrt(squares) * (1 + 1e-6);
    }

    /// <summary>The first 16 values, which must be finite, as float32; zeros where there are fewer.</summary>
    /// <remarks>
    /// .NET has no vectorised conversion in its base library. With the bits shifted to their places in a float32 the exponent is 112
    /// too small; one exact multiplication mends that, for subnormal values as well.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Lower, Vector256<float> Upper) Widen(ReadOnlySpan<Half> values)
    {
        var halves = MemoryMarshal.Cast<Half, ushort>(values);
        var bits = halves.Length >= Step ? Vector256.Create(halves) : Padded(halves);
        return (ToSingle(Vector256.WidenLower(bits)), ToSingle(Vector256.WidenUpper(bits)));

        static Vector256<float> ToSingle(Vector256<uint> half)
        {
            var magnitude = ((half & Vector256.Create(0x7FFFu)) << 13).AsSingle() * Vector256.Create(TwoTo112);
            return magnitude | ((half & Vector256.Create(0x8000u)) << 16).AsSingle();
        }
    }

    private static Vector256<ushort> Padded(ReadOnlySpan<ushort> halves)
    {
        Span<ushort> padded = stackalloc ushort[Step];
        padded.Clear();
        halves.CopyTo(padded);
        return Vector256.Create<ushort>(padded);
    }
}
