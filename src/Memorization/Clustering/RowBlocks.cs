namespace Memorization.Clustering;

/// <summary>Rows of one width that grow and shrink without being copied as a whole.</summary>
/// <remarks>Reading, and writing different rows, from many threads is safe while the number of rows stays.</remarks>
internal sealed class RowBlocks<T>(int width)
{
    /// <summary>Rows in a block.</summary>
    public const int BlockRows = 1024;

    private readonly List<T[]> _blocks = [];

    /// <summary>Values per row.</summary>
    public int Width { get; } = width;

    /// <summary>Rows held.</summary>
    public int Count { get; private set; }

    /// <summary>A row's values.</summary>
    public Span<T> this[int row] => _blocks[row / BlockRows].AsSpan(row % BlockRows * Width, Width);

    /// <summary>Makes room up to <paramref name="count"/> rows, undefined at first.</summary>
    public void Grow(int count)
    {
        while (_blocks.Count * BlockRows < count) _blocks.Add(GC.AllocateUninitializedArray<T>(BlockRows * Width));
        Count = count;
    }

    /// <summary>Copies rows, one after the other.</summary>
    public void CopyTo(int first, int count, Span<T> rows)
    {
        for (int row = first, some; row < first + count; row += some, rows = rows[(some * Width)..])
        {
            some = Math.Min(first + count - row, BlockRows - row % BlockRows);
            _blocks[row / BlockRows].AsSpan(row % BlockRows * Width, some * Width).CopyTo(rows);
        }
    }

    /// <summary>Keeps the rows that have a place; rows beyond those that are placed must not be there.</summary>
    public void Keep(NodePlaces places)
    {
        var kept = 0;
        for (var row = 0; row < Count; row++)
        {
            if (places[row] is not (>= 0 and var place)) continue;
            if (place != row) this[row].CopyTo(this[place]);
            kept++;
        }

        _blocks.RemoveRange((kept + BlockRows - 1) / BlockRows, _blocks.Count - (kept + BlockRows - 1) / BlockRows);
        Count = kept;
    }
}
