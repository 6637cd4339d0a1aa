using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Memorization.Images;

/// <summary>Makes CLIP's 224×224 RGB pixels of an image whose rows arrive from top to bottom: bicubic with antialiasing, then the middle square.</summary>
/// <remarks>
/// Bit-exact with Pillow's <c>resize(…, BICUBIC)</c> and a crop: fixed point, a horizontal pass and then a vertical one, each clipped to
/// 8 bits. Rows and columns that the crop does not need are not computed. One image per instance; not thread-safe.
/// </remarks>
internal sealed class PillowResampler : IDisposable
{
    private const int Side = BicubicAxis.Outputs;
    private const int RowBytes = Side * 3;

    // Each pixel of the horizontal pass is stored as four bytes, the fourth overwritten by the next pixel; the last one's falls in the gap.
    private const int RowStride = RowBytes + 16;

    private const int Half = 1 << (BicubicAxis.PrecisionBits - 1);

    private readonly BicubicAxis _horizontal;
    private readonly BicubicAxis _vertical;
    private readonly byte[] _rows;

    /// <summary>Begins an image of the given size in pixels.</summary>
    public PillowResampler(int width, int height)
    {
        (_horizontal, _vertical) = BicubicAxis.Of(width, height);
        _rows = ArrayPool<byte>.Shared.Rent((_vertical.End - _vertical.Begin) * RowStride);
    }

    /// <summary>Bytes that must be readable after the last pixel given to <see cref="AddRows"/>: two pixels are read at a time.</summary>
    public const int Padding = 4;

    /// <summary>The first row that matters.</summary>
    public int FirstRow => _vertical.Begin;

    /// <summary>One past the last row that matters.</summary>
    public int EndRow => _vertical.End;

    /// <summary>Takes rows of the image; each needed row must be given once, before <see cref="Finish"/>.</summary>
    /// <param name="rgba">Rows of four bytes per pixel (the fourth is ignored), without gaps, and <see cref="Padding"/> bytes of anything.</param>
    /// <param name="stride">Bytes per row.</param>
    /// <param name="firstRow">The position of the first of these rows in the image.</param>
    /// <param name="count">How many rows.</param>
    public void AddRows(ReadOnlySpan<byte> rgba, int stride, int firstRow, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rgba.Length, (count * (long)stride) + Padding);
        var end = Math.Min(firstRow + count, EndRow);
        for (var row = Math.Max(firstRow, FirstRow); row < end; row += 2)
        {
            // Two rows at a time share the loads of the weights; an odd last row keeps itself company.
            var second = Math.Min(row + 1, end - 1);
            ref var source = ref MemoryMarshal.GetReference(rgba);
            ref var target = ref MemoryMarshal.GetArrayDataReference(_rows);
            Horizontal(
                ref Unsafe.Add(ref source, (nint)(row - firstRow) * stride), ref Unsafe.Add(ref source, (nint)(second - firstRow) * stride),
                ref Unsafe.Add(ref target, (nint)(row - FirstRow) * RowStride), ref Unsafe.Add(ref target, (nint)(second - FirstRow) * RowStride));
        }
    }

    /// <summary>The pixels, 224×224×3, row-major RGB.</summary>
    public byte[] Finish()
    {
        var pixels = GC.AllocateUninitializedArray<byte>(Side * RowBytes);
        for (var output = 0; output < Side; output++)
        {
            var rows = _rows.AsSpan((_vertical.Starts[output] - FirstRow) * RowStride);
            var weights = _vertical.Weights.AsSpan(output * _vertical.Taps, _vertical.Counts[output]);
            Vertical(rows, weights, pixels.AsSpan(output * RowBytes, RowBytes));
        }

        return pixels;
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_rows);

    private void Horizontal(ref byte source0, ref byte source1, ref byte target0, ref byte target1)
    {
        var spread = Vector256.Create(0, 0, 0, 0, 1, 1, 1, 1);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_horizontal.Weights);
        for (nint output = 0; output < Side; output++)
        {
            var sum0 = Vector256<int>.Zero;
            var sum1 = Vector256<int>.Zero;
            nint first = _horizontal.Starts[output] * 4;
            nint count = _horizontal.Counts[output];
            for (nint tap = 0; tap < count; tap += 2)
            {
                var pair = Unsafe.ReadUnaligned<long>(ref Unsafe.As<int, byte>(ref Unsafe.Add(ref weights, tap)));
                var weight = Vector256.Shuffle(Vector256.CreateScalarUnsafe(pair).AsInt32(), spread);
                sum0 += TwoPixels(ref source0, first + (tap * 4)) * weight;
                sum1 += TwoPixels(ref source1, first + (tap * 4)) * weight;
            }

            Store(ref target0, output, sum0);
            Store(ref target1, output, sum1);
            weights = ref Unsafe.Add(ref weights, _horizontal.Taps);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> TwoPixels(ref byte row, nint offset)
    {
        var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref row, offset))).AsByte();
        var (low, high) = Vector128.Widen(Vector128.WidenLower(bytes));
        return Vector256.Create(low, high).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref byte row, nint output, Vector256<int> sums)
    {
        var sum = sums.GetLower() + sums.GetUpper() + Vector128.Create(Half);
        var clipped = Vector128.Clamp(sum >> BicubicAxis.PrecisionBits, Vector128<int>.Zero, Vector128.Create(255));
        var bytes = Vector128.Narrow(Vector128.Narrow(clipped, clipped).AsUInt16(), default);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref row, output * 3), bytes.AsInt32().ToScalar());
    }

    private static void Vertical(ReadOnlySpan<byte> rows, ReadOnlySpan<int> weights, Span<byte> target)
    {
        // 672 bytes per row are 42 blocks of 16.
        for (var x = 0; x < RowBytes; x += Vector128<byte>.Count)
        {
            var (low, high) = (Vector256.Create(Half), Vector256.Create(Half));
            for (var tap = 0; tap < weights.Length; tap++)
            {
                var bytes = Vector128.Create(rows.Slice((tap * RowStride) + x, Vector128<byte>.Count));
                var (first, second) = Vector256.Widen(Vector256.Create(Vector128.WidenLower(bytes), Vector128.WidenUpper(bytes)));
                low += first.AsInt32() * weights[tap];
                high += second.AsInt32() * weights[tap];
            }

            var shorts = Vector256.Narrow(Clip(low), Clip(high)).AsUInt16();
            Vector128.Narrow(shorts.GetLower(), shorts.GetUpper()).CopyTo(target[x..]);
        }
    }

    private static Vector256<int> Clip(Vector256<int> sum) =>
        Vector256.Clamp(sum >> BicubicAxis.PrecisionBits, Vector256<int>.Zero, Vector256.Create(255));
}
