using ParquetSharp;

namespace Memorization.Rows;

/// <summary>Walks forward through a text column of a row group by row number: over its plain pages where it has them, otherwise through the library.</summary>
/// <remarks>Not thread-safe. A text is valid until another row is asked for.</remarks>
/// <param name="pages">The pages; null if the column has others.</param>
/// <param name="open">Opens the column with the library.</param>
internal sealed unsafe class TextColumn(PlainPages? pages, Func<ColumnCursor<ByteArray>> open)
{
    private PlainPages? _pages = pages;
    private ColumnCursor<ByteArray>? _library;
    private int _candidate = -1;

    /// <summary>The bytes of a row's text; false if it is null.</summary>
    /// <exception cref="BrokenInputException">The column is corrupt or ends before the row.</exception>
    public bool TryGet(int row, out ReadOnlySpan<byte> text)
    {
        if (_pages is not null && (row < _pages.EndRow || GoTo(row)))
        {
            var (start, length) = _pages.Place(row);
            text = length >= 0 ? _pages.Page.Slice(start, length) : default;
            return length >= 0;
        }

        var isPresent = (_library ??= open()).TryGet(row, out var bytes);
        text = isPresent ? new((void*)bytes.Pointer, bytes.Length) : default;
        return isPresent;
    }

    /// <summary>Whether the row last asked for may match, as a search over its whole page says; true if there is no page to search.</summary>
    public bool IsCandidate(int row, CaptionSearch search)
    {
        if (_pages is null) return true;
        if (_candidate < row) _candidate = NextCandidate(row, search);
        return _candidate == row;
    }

    // The first row of the page, from this one on, with a candidate in it; the row after the page's if there is none.
    private int NextCandidate(int row, CaptionSearch search)
    {
        var page = _pages!.Page;
        for (var at = _pages.Place(row).Start; search(page[at..]) is >= 0 and var found; at++)
        {
            at += found;
            for (; row < _pages.EndRow; row++)
            {
                var (start, length) = _pages.Place(row);
                if (at < start) break; // It lies between two values, in a length.
                if (at < start + length) return row;
            }

            if (row == _pages.EndRow) break;
        }

        return _pages.EndRow;
    }

    private bool GoTo(int row)
    {
        try
        {
            _pages!.GoTo(row);
            return true;
        }
        catch (InvalidDataException)
        {
            _pages = null;
            return false;
        }
    }
}
