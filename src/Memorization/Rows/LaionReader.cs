using System.Text;

namespace Memorization.Rows;

/// <summary>Whether a caption may have a keyword, decided on its raw UTF-8; false drops the row.</summary>
public delegate bool CaptionPredicate(ReadOnlySpan<byte> utf8);

/// <summary>What became of the rows of one row group: <c>Rows = NoKeyword + MissingCaption + Emitted</c>.</summary>
/// <param name="Rows">Rows read so far; all of the row group's once the reader has come to its end.</param>
/// <param name="NoKeyword">Rows that the caption predicate dropped.</param>
/// <param name="MissingCaption">Rows whose caption is null or white space.</param>
/// <param name="Emitted">Rows handed on.</param>
public readonly record struct UnitCounts(long Rows, long NoKeyword, long MissingCaption, long Emitted);

/// <summary>Streams the rows of one row group whose caption may have a keyword. Memory is bounded by windows of rows and by pages, not by the row group.</summary>
/// <param name="file">The file.</param>
/// <param name="rowGroup">Zero-based row group.</param>
/// <param name="mayMatch">Which captions are wanted; null for every one that is not missing.</param>
public sealed class LaionReader(LaionFile file, int rowGroup, CaptionPredicate? mayMatch = null)
{
    private const int RowsBetweenCancellationChecks = 1 << 14;

    private long _noKeyword;
    private long _missingCaption;
    private long _emitted;

    /// <summary>The counts so far; complete once <see cref="Read"/> has been enumerated to its end.</summary>
    public UnitCounts Counts => new(_noKeyword + _missingCaption + _emitted, _noKeyword, _missingCaption, _emitted);

    /// <summary>The wanted rows in the order of the file. Each enumeration opens the file anew and counts from zero; one at a time.</summary>
    /// <exception cref="BrokenInputException">The row group is corrupt; rows before that place have been handed on.</exception>
    public IEnumerable<LaionRow> Read(CancellationToken stop = default)
    {
        (_noKeyword, _missingCaption, _emitted) = (0, 0, 0);
        using var columns = new RowGroupColumns(file, rowGroup);
        for (var row = 0; NextWanted(columns, ref row, stop) is { } wanted; row++) yield return wanted;
    }

    private LaionRow? NextWanted(RowGroupColumns columns, ref int row, CancellationToken stop)
    {
        for (var rows = file.RowGroups[rowGroup]; row < rows; row++)
        {
            if (row % RowsBetweenCancellationChecks == 0) stop.ThrowIfCancellationRequested();
            if (!columns.TryCaption(row, out var caption) || IsBlank(caption))
            {
                _missingCaption++;
            }
            else if (mayMatch is not null && !mayMatch(caption))
            {
                _noKeyword++;
            }
            else
            {
                var wanted = columns.Row(row, caption);
                _emitted++;
                return wanted;
            }
        }

        return null;
    }

    /// <summary>Whether a caption is empty or white space alone.</summary>
    internal static bool IsBlank(ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            if (utf8[0] is > (byte)' ' and < 0x80) return false;
            Rune.DecodeFromUtf8(utf8, out var rune, out var length);
            if (!Rune.IsWhiteSpace(rune)) return false;
            utf8 = utf8[length..];
        }

        return true;
    }
}
