using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Memorization.Inference;

namespace Memorization.Clustering;

/// <summary>Proposes pairs by products of whole numbers, which have no error but that of what was rounded to them.</summary>
internal sealed class Int8Filter(Int8PrefixRows source, double threshold, int tileSize) : IPairFilter
{
    private const int Width = MainDirections.PrefixWidth;

    private readonly double _unit = source.Step * source.Step; // what 1 in a product stands for
    private readonly Int8Product _product = new();
    private readonly byte[] _buffer = new byte[tileSize * Width];
    private readonly sbyte[] _rows = new sbyte[tileSize * Width]; // transposed: the k-th values of all rows lie together
    private readonly int[] _products = new int[tileSize * tileSize];
    private readonly float[] _rowErrors = new float[tileSize];
    private readonly float[] _columnErrors = new float[tileSize];
    private readonly int[] _least = new int[tileSize]; // by row, the product from which a pair is proposed
    private (int Start, int Count) _rowsHeld;

    /// <inheritdoc/>
    public void Propose(Tile tile, List<Candidate> candidates)
    {
        candidates.Clear();
        if (_rowsHeld != (tile.Row, tile.Rows)) Hold(tile.Row, tile.Rows);
        source.Load(tile.Column, tile.Columns, _buffer);
        source.LoadErrors(tile.Column, tile.Columns, _columnErrors);
        double columnError = 0;
        foreach (var error in _columnErrors.AsSpan(0, tile.Columns)) columnError = Math.Max(columnError, error);
        for (var row = 0; row < tile.Rows; row++)
            _least[row] = (int)Math.Ceiling((threshold - source.SlackOf(_rowErrors[row], columnError)) / _unit - 1e-6);

        var products = _products.AsMemory(0, tile.Columns * tile.Rows);
        _product.Multiply(_buffer.AsMemory(0, tile.Columns * Width), Int8PrefixRows.Zero, _rows.AsMemory(0, tile.Rows * Width), products, Width);
        for (var column = 0; column < tile.Columns; column++)
        {
            var firstRow = Math.Max(0, tile.Column + column + 1 - tile.Row);
            if (firstRow < tile.Rows) Scan(products.Span.Slice(column * tile.Rows, tile.Rows), firstRow, tile.Row, tile.Column + column, columnError, candidates);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _product.Dispose();

    private void Hold(int first, int count)
    {
        source.Load(first, count, _buffer);
        source.LoadErrors(first, count, _rowErrors);
        for (var row = 0; row < count; row++)
            for (var k = 0; k < Width; k++) _rows[k * count + row] = (sbyte)(_buffer[row * Width + k] - Int8PrefixRows.Zero);
        _rowsHeld = (first, count);
    }

    // Nearly all products are below: four vectors at a time are looked at as one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(ReadOnlySpan<int> products, int row, int rowsStart, int column, double columnError, List<Candidate> candidates)
    {
        const int step = 4 * 16;
        ref var product = ref MemoryMarshal.GetReference(products);
        ref var least = ref MemoryMarshal.GetArrayDataReference(_least);
        for (; row <= products.Length - step; row += step)
        {
            ref var here = ref Unsafe.Add(ref product, row);
            ref var mine = ref Unsafe.Add(ref least, row);
            var most = Vector512.Max(
                Vector512.Max(Above(ref here, ref mine, 0), Above(ref here, ref mine, 16)),
                Vector512.Max(Above(ref here, ref mine, 32), Above(ref here, ref mine, 48)));
            if (!Vector512.GreaterThanOrEqualAny(most, Vector512<int>.Zero)) continue;
            for (var k = row; k < row + step; k++) Check(products[k], k);
        }

        for (; row < products.Length; row++) Check(products[row], row);

        void Check(int numbers, int at)
        {
            if (numbers < _least[at]) return;
            var atMost = numbers * _unit + source.SlackOf(_rowErrors[at], columnError);
            candidates.Add(new Candidate(rowsStart + at, column, atMost));
        }

        static Vector512<int> Above(ref int products, ref int least, nuint at) => Vector512.LoadUnsafe(ref products, at) - Vector512.LoadUnsafe(ref least, at);
    }
}
