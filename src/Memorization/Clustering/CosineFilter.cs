using System.Numerics;
using Memorization.Inference;

namespace Memorization.Clustering;

/// <summary>A pair that may be linked.</summary>
/// <param name="U">A distinct vector's number.</param>
/// <param name="V">Another's.</param>
/// <param name="AtMost">The similarity is not higher than this.</param>
internal readonly record struct Candidate(int U, int V, double AtMost);

/// <summary>Proposes the pairs that may reach a threshold, by a float32 product over tiles. It may err by excess, never by omission.</summary>
/// <remarks>Not thread-safe: one per worker.</remarks>
internal sealed class CosineFilter : IDisposable
{
    private readonly FilterRows _source;
    private readonly double _slack;
    private readonly float _threshold;
    private readonly MatrixProduct _product = new();
    private readonly float[] _rows;
    private readonly float[] _columns;
    private readonly float[] _scores;
    private (int Start, int Count) _rowsHeld;

    /// <summary>A filter for tiles of at most <paramref name="tileSize"/>².</summary>
    public CosineFilter(FilterRows source, double threshold, int tileSize)
    {
        _source = source;
        _slack = source.Slack;
        _threshold = MathF.BitDecrement((float)(threshold - _slack));
        _rows = new float[tileSize * source.Width];
        _columns = new float[tileSize * source.Width];
        _scores = new float[tileSize * tileSize];
    }

    /// <summary>Puts into <paramref name="candidates"/> every pair of a row and a smaller-numbered column that may reach the threshold.</summary>
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

    public void Dispose() => _product.Dispose();

    private void Scan(Span<float> scores, int row, int firstColumn, List<Candidate> candidates)
    {
        var i = 0;
        var threshold = new Vector<float>(_threshold);
        for (; i <= scores.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            if (!Vector.GreaterThanOrEqualAny(new Vector<float>(scores[i..]), threshold)) continue;
            for (var k = i; k < i + Vector<float>.Count; k++) Check(scores[k], k);
        }

        for (; i < scores.Length; i++) Check(scores[i], i);

        void Check(float score, int column)
        {
            if (score >= _threshold) candidates.Add(new Candidate(row, firstColumn + column, score + _slack));
        }
    }
}
