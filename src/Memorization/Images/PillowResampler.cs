using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Memorization.Images;

/// <summary>Makes the square RGB pixels that CLIP reads of an image whose rows arrive from top to bottom: bicubic with antialiasing, then the middle square.</summary>
/// <remarks>
/// Bit-exact with Pillow's <c>resize(…, BICUBIC)</c> and a crop: fixed point, a horizontal pass and then a vertical one, each clipped to
/// 8 bits. Rows and columns that the crop does not need are not computed. One image per instance; not thread-safe.
/// </remarks>
internal sealed class PillowResampler : IDisposable
{
    /// <summary>Bytes that must be readable after the last pixel given to <see cref="AddRows"/>: two pixels are read at a time.</summary>
    public const int Padding = 4;

    // Each pixel of the horizontal pass is stored as four bytes, the fourth overwritten by the next pixel; the last one's falls in the gap.
    private const int Gap = 16;

    private const int Half = 1 << (BicubicAxis.PrecisionBits - 1);

    private readonly BicubicAxis _horizontal;
    private readonly BicubicAxis _vertical;
    private readonly int _side;
    private readonly int _stride;
    private readonly int _rowStride;
    private readonly PixelBuffer _rows;

    /// <summary>Begins an image.</summary>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="side">Pixels on each side of the square; at least <see cref="ClipPixels.LeastSide"/>.</param>
    /// <param name="whole">Resizes the whole image to the square, whatever its shape, instead of cutting the middle square.</param>
    public PillowResampler(int width, int height, int side = ClipPixels.Side, bool whole = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, ClipPixels.LeastSide);
        (_side, _stride, _rowStride) = (side, width * 4, (side * 3) + Gap);
        (_horizontal, _vertical) = whole ? BicubicAxis.Whole(width, height, side) : BicubicAxis.Of(width, height, side);
        _rows = new PixelBuffer((_vertical.End - _vertical.Begin) * _rowStride);
    }

    /// <summary>Takes rows of the image; each needed row must be given once, before <see cref="Finish"/>.</summary>
    /// <param name="rgba">Rows of four bytes per pixel (the fourth is ignored), without gaps, and <see cref="Padding"/> bytes of anything.</param>
    /// <param name="firstRow">The position of the first of these rows in the image.</param>
    /// <param name="count">How many rows.</param>
    public void AddRows(ReadOnlySpan<byte> rgba, int firstRow, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rgba.Length, (count * (long)_stride) + Padding);
        var end = Math.Min(firstRow + count, _vertical.End);
        ref var source = ref MemoryMarshal.GetReference(rgba);
        ref var target = ref MemoryMarshal.GetReference(_rows.Span);
        for (var row = Math.Max(firstRow, _vertical.Begin); row < end; row += 2)
        {
            // An odd last row keeps itself company.
            var second = Math.Min(row + 1, end - 1);
            Horizontal(
                ref Unsafe.Add(ref source, (nint)(row - firstRow) * _stride),
                ref Unsafe.Add(ref source, (nint)(second - firstRow) * _stride),
                ref Unsafe.Add(ref target, (nint)(row - _vertical.Begin) * _rowStride),
                ref Unsafe.Add(ref target, (nint)(second - _vertical.Begin) * _rowStride));
        }
    }

    /// <summary>The pixels, side×side×3, row-major RGB.</summary>
    public byte[] Finish()
    {
        var rowBytes = _side * 3;
        var pixels = GC.AllocateUninitializedArray<byte>(_side * rowBytes);
        for (var output = 0; output < _side; output++)
        {
            var rows = _rows.Span[((_vertical.Starts[output] - _vertical.Begin) * _rowStride)..];
            var weights = _vertical.Weights.AsSpan(output * _vertical.Taps, _vertical.Counts[output]);
            Vertical(rows, _rowStride, weights, pixels.AsSpan(output * rowBytes, rowBytes));
        }

        return pixels;
    }

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();

    // Two rows at a time share the loads of the weights; two pixels at a time fill a vector.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Horizontal(ref byte source0, ref byte source1, ref byte target0, ref byte target1)
    {
        var spread = Vector256.Create(0, 0, 0, 0, 1, 1, 1, 1);
        var half = Vector256.Create(Vector128.Create(Half), Vector128<int>.Zero);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_horizontal.Weights);
        nint side = _side;
        for (nint output = 0; output < side; output++)
        {
            var (sum0, sum1) = (half, half);
            nint first = _horizontal.Starts[output] * 4;
            nint count = _horizontal.Counts[output];
            for (nint tap = 0; tap < count; tap += 2)
            {
                var pair = Unsafe.ReadUnaligned<long>(ref Unsafe.As<int, byte>(ref Unsafe.Add(ref weights, tap)));
                var weight = Vector256.Shuffle(Vector256.CreateScalarUnsafe(pair).AsInt32(), spread);
                sum0 += TwoPixels(ref source0, first + (tap * 4)) * weight;
                sum1 += TwoPixels(ref source1, first + (tap * 4)) * weight;
            }

            var shorts = Vector128.NarrowWithSaturation(
                (sum0.GetLower() + sum0.GetUpper()) >> BicubicAxis.PrecisionBits,
                (sum1.GetLower() + sum1.GetUpper()) >> BicubicAxis.PrecisionBits);
            var clipped = Vector128.Clamp(shorts, Vector128<short>.Zero, Vector128.Create((short)255)).AsUInt16();
            var pixels = Vector128.Narrow(clipped, clipped).AsInt32();
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target0, output * 3), pixels[0]);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target1, output * 3), pixels[1]);
            weights = ref Unsafe.Add(ref weights, _horizontal.Taps);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> TwoPixels(ref byte row, nint offset)
    {
        var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref row, offset))).AsByte();
        return Vector256.WidenLower(Vector128.WidenLower(bytes).ToVector256Unsafe()).AsInt32();
    }

    // 32 bytes at a time (a row of 224 pixels is 21 of these), as eight integers of four bytes: shifts and masks take them apart where they lie.
    // The last ones of another row may be computed twice.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Vertical(ReadOnlySpan<byte> rows, int rowStride, ReadOnlySpan<int> weights, Span<byte> target)
    {
        var mask = Vector256.Create(255);
        for (var next = 0; next < target.Length; next += Vector256<byte>.Count)
        {
            var x = Math.Min(next, target.Length - Vector256<byte>.Count);
            var half = Vector256.Create(Half);
            var (sum0, sum1, sum2, sum3) = (half, half, half, half);
            for (var tap = 0; tap < weights.Length; tap++)
            {
                var bytes = Vector256.Create(rows.Slice((tap * rowStride) + x, Vector256<byte>.Count)).AsInt32();
                var weight = Vector256.Create(weights[tap]);
                sum0 += (bytes & mask) * weight;
                sum1 += ((bytes >>> 8) & mask) * weight;
                sum2 += ((bytes >>> 16) & mask) * weight;
                sum3 += (bytes >>> 24) * weight;
            }

            (Clip(sum0) | (Clip(sum1) << 8) | (Clip(sum2) << 16) | (Clip(sum3) << 24)).AsByte().CopyTo(target[x..]);
        }
    }

    private static Vector256<int> Clip(Vector256<int> sum) =>
        Vector256.Clamp(sum >> BicubicAxis.PrecisionBits, Vector256<int>.Zero, Vector256.Create(255));
}
