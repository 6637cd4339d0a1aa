using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Memorization.Inference;

namespace Memorization.Clustering;

/// <summary>Proposes the pairs that may reach a threshold, by a float32 product over tiles.</summary>
internal sealed class CosineFilter : IPairFilter
{
    private readonly IFloatRows _source;
    private readonly double _slack;
    private readonly float _threshold;
    private readonly MatrixProduct _product = new();
    private readonly float[] _rows;
    private readonly float[] _columns;
    private readonly float[] _scores;
    private (int Start, int Count) _rowsHeld;

    /// <summary>A filter for tiles of at most <paramref name="tileSize"/>².</summary>
    public CosineFilter(IFloatRows source, double threshold, int tileSize)
    {
        _source = source;
        _slack = source.Slack;
        _threshold = MathF.BitDecrement((float)(threshold - _slack));
        _rows = new float[tileSize * source.Width];
        _columns = new float[tileSize * source.Width];
        _scores = new float[tileSize * tileSize];
    }

    /// <inheritdoc/>
    public void Propose(Tile tile, List<Candidate> candidates)
    {
        candidates.Clear();
        var width = _source.Width;
        if (_rowsHeld != (tile.Row, tile.Rows))
        {
            _source.Load(tile.Row, tile.Rows, _rows);
            _rowsHeld = (tile.Row, tile.Rows);
        }

        _source.Load(tile.Column, tile.Columns, _columns);
        _product.Multiply(
            _rows.AsMemory(0, tile.Rows * width), _columns.AsMemory(0, tile.Columns * width), _scores.AsMemory(0, tile.Rows * tile.Columns), width);
        for (var row = 0; row < tile.Rows; row++)
        {
            var smaller = Math.Min(tile.Columns, tile.Row + row - tile.Column);
            if (smaller > 0) Scan(_scores.AsSpan(row * tile.Columns, smaller), tile.Row + row, tile.Column, candidates);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _product.Dispose();

    // Nearly all scores are below: four vectors at a time are looked at as one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(ReadOnlySpan<float> scores, int row, int firstColumn, List<Candidate> candidates)
    {
        const int step = 4 * 16;
        var threshold = Vector512.Create(_threshold);
        ref var start = ref MemoryMarshal.GetReference(scores);
        var i = 0;
        for (; i <= scores.Length - step; i += step)
        {
            ref var here = ref Unsafe.Add(ref start, i);
            var most = Vector512.Max(
                Vector512.Max(Vector512.LoadUnsafe(ref here), Vector512.LoadUnsafe(ref here, 16)),
                Vector512.Max(Vector512.LoadUnsafe(ref here, 32), Vector512.LoadUnsafe(ref here, 48)));
            if (!Vector512.GreaterThanOrEqualAny(most, threshold)) continue;
            for (var k = i; k < i + step; k++) Check(scores[k], k);
        }

        for (; i < scores.Length; i++) Check(scores[i], i);

        void Check(float score, int column)
        {
            if (score >= _threshold) candidates.Add(new Candidate(row, firstColumn + column, score + _slack));
        }
    }
}
