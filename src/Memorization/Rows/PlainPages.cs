using System.Buffers;
using System.Buffers.Binary;
using Snappier;

namespace Memorization.Rows;

/// <summary>Goes forward through a column chunk of PLAIN byte arrays page by page, holding one page. Not thread-safe.</summary>
/// <remarks>
/// A faster way for what LAION's URL and TEXT columns are: pages without a wanted row are passed over compressed, and Snappier takes half
/// the time of ParquetSharp's Snappy (62 against 111 ns a caption: tests/Memorization.Benchmarks/results/scan.md). Whatever is unexpected throws <see cref="InvalidDataException"/>; the library then
/// reads on from that row, or says what is wrong.
/// </remarks>
internal sealed class PlainPages(string path, PlainChunk chunk, bool isNullable) : IDisposable
{
    private const int MaxHeaderBytes = 1 << 16;

    private readonly ChunkBytes _bytes = new(path, chunk);
    private byte[] _page = [];
    private int _pageBytes;
    private int[] _starts = [];
    private int[] _lengths = [];
    private int _firstRow;
    private int _rows;

    /// <summary>The row after those of the page.</summary>
    public int EndRow => _firstRow + _rows;

    /// <summary>The page's bytes: its values, each after its length.</summary>
    public ReadOnlySpan<byte> Page => _page.AsSpan(0, _pageBytes);

    /// <summary>Where the value of a row of the page starts and how long it is; a null has length −1.</summary>
    public (int Start, int Length) Place(int row) => (_starts[row - _firstRow], _lengths[row - _firstRow]);

    /// <summary>Goes to the page of a row, which must not be before the page it is on.</summary>
    /// <exception cref="InvalidDataException">The chunk is not of plain pages up to there, is cut short or corrupt.</exception>
    public void GoTo(int row)
    {
        while (row >= EndRow)
        {
            var header = PlainPageHeader.Read(_bytes.Peek(MaxHeaderBytes));
            _bytes.Pass(header.HeaderBytes);
            if (header.Values > int.MaxValue - EndRow) throw new InvalidDataException("more rows than a row group can have");
            (_firstRow, _rows) = (EndRow, header.Values);
            if (row < EndRow) Load(header);
            _bytes.Pass(header.CompressedBytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bytes.Dispose();
        ArrayPool<byte>.Shared.Return(_page);
        ArrayPool<int>.Shared.Return(_starts);
        ArrayPool<int>.Shared.Return(_lengths);
        (_page, _starts, _lengths) = ([], [], []);
    }

    // For each row group new megabytes would be cleared, and collected.
    private static void Grow<T>(ref T[] array, int length)
    {
        if (array.Length >= length) return;
        ArrayPool<T>.Shared.Return(array);
        array = ArrayPool<T>.Shared.Rent(length);
    }

    private void Load(PlainPageHeader header)
    {
        var compressed = _bytes.Peek(header.CompressedBytes);
        if (compressed.Length < header.CompressedBytes) throw new InvalidDataException("a page is cut short");
        Grow(ref _page, header.UncompressedBytes);
        _pageBytes = header.UncompressedBytes;
        if (chunk.IsSnappy)
        {
            if (Snappy.GetUncompressedLength(compressed) != _pageBytes || Snappy.Decompress(compressed, _page) != _pageBytes)
                throw new InvalidDataException("a page is not of the length it says");
        }
        else
        {
            if (compressed.Length != _pageBytes) throw new InvalidDataException("a page is not of the length it says");
            compressed.CopyTo(_page);
        }

        Grow(ref _starts, _rows);
        Grow(ref _lengths, _rows);
        if (isNullable) Decode(DefinitionLevels(out var values), values);
        else if (Values(0, _rows, 0) != _pageBytes) throw new InvalidDataException("a page has bytes left over");
    }

    private ReadOnlySpan<byte> DefinitionLevels(out int values)
    {
        if (_pageBytes < 4) throw new InvalidDataException("a page without levels");
        var bytes = BinaryPrimitives.ReadInt32LittleEndian(_page);
        if (bytes < 0 || bytes > _pageBytes - 4) throw new InvalidDataException("levels beyond the page");
        values = 4 + bytes;
        return _page.AsSpan(4, bytes);
    }

    // Runs of one level, or groups of eight single bits: Parquet's RLE/bit-packing hybrid at width 1.
    private void Decode(ReadOnlySpan<byte> levels, int at)
    {
        var row = 0;
        while (row < _rows)
        {
            var head = VarInt(ref levels);
            var isPacked = (head & 1) == 1;
            var count = (int)Math.Min(isPacked ? (long)(head >> 1) * 8 : head >> 1, _rows - row);
            if (count == 0 || levels.Length < (isPacked ? (count + 7) / 8 : 1)) throw new InvalidDataException("levels end early");
            if (isPacked)
            {
                for (var i = 0; i < count; i++) at = Run(row + i, 1, at, (levels[i >> 3] >> (i & 7) & 1) != 0);
                levels = levels[Math.Min(levels.Length, (int)(head >> 1))..];
            }
            else
            {
                at = Run(row, count, at, levels[0] != 0);
                levels = levels[1..];
            }

            row += count;
        }

        if (at != _pageBytes) throw new InvalidDataException("a page has bytes left over");
    }

    private int Run(int row, int count, int at, bool isPresent)
    {
        if (isPresent) return Values(row, count, at);
        _starts.AsSpan(row, count).Fill(at);
        _lengths.AsSpan(row, count).Fill(-1);
        return at;
    }

    private int Values(int row, int count, int at)
    {
        var page = Page;
        var starts = _starts.AsSpan(row, count);
        var lengths = _lengths.AsSpan(row, count);
        for (var i = 0; i < starts.Length; i++)
        {
            if (at > page.Length - 4) throw new InvalidDataException("a page ends early");
            var length = BinaryPrimitives.ReadInt32LittleEndian(page[at..]);
            at += 4;
            if ((uint)length > (uint)(page.Length - at)) throw new InvalidDataException("a value beyond its page");
            starts[i] = at;
            lengths[i] = length;
            at += length;
        }

        return at;
    }

    private static uint VarInt(ref ReadOnlySpan<byte> bytes)
    {
        uint value = 0;
        for (var i = 0; i < bytes.Length && i < 5; i++)
        {
            value |= (uint)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            bytes = bytes[(i + 1)..];
            return value;
        }

        throw new InvalidDataException("levels end early");
    }
}
