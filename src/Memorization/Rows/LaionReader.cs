using System.Text;
using Memorization.Flow;

namespace Memorization.Rows;

/// <summary>Whether a caption may have a keyword, decided on its raw UTF-8; false drops the row.</summary>
public delegate bool CaptionPredicate(ReadOnlySpan<byte> utf8);

/// <summary>The first place in raw UTF-8 where a wanted caption may lie; −1 if there is none. Every wanted caption must have such a place inside it.</summary>
public delegate int CaptionSearch(ReadOnlySpan<byte> utf8);

/// <summary>Which captions are wanted: a search that is fast over many of them at once, and the word on one.</summary>
public sealed record CaptionQuery(CaptionSearch Search, CaptionPredicate MayMatch);

/// <summary>Which rows the scan hands on.</summary>
/// <param name="Captions">Which captions are wanted; null for every one that is not missing.</param>
/// <param name="Metadata">Which rows are wanted by their metadata; null for all.</param>
public sealed record ScanFilter(CaptionQuery? Captions = null, MetadataOptions? Metadata = null);

/// <summary>What became of the rows of one row group: each was emitted or ended for a reason.</summary>
/// <param name="Emitted">Rows handed on.</param>
/// <param name="Ended">Rows that ended in the scan, by reason; those without rows are left out.</param>
public sealed record UnitCounts(long Emitted, IReadOnlyDictionary<Reason, long> Ended)
{
    /// <summary>Rows read so far; all of the row group's once the reader has come to its end.</summary>
    public long Rows => Emitted + Ended.Values.Sum();

    /// <summary>Rows that ended for a reason.</summary>
    public long this[Reason reason] => Ended.GetValueOrDefault(reason);
}

/// <summary>Streams the rows of one row group that the filter lets through. Memory is bounded by windows of rows and by pages, not by the row group.</summary>
/// <remarks>
/// A row ends under the first that says no: where captions are asked for a keyword, the caption, the keyword, the metadata; otherwise the metadata, the
/// caption. A row group that its statistics exclude is not read, and all its rows end under the metadata's reason.
/// </remarks>
/// <param name="file">The file.</param>
/// <param name="rowGroup">Zero-based row group.</param>
/// <param name="filter">Which rows are wanted.</param>
public sealed class LaionReader(LaionFile file, int rowGroup, ScanFilter filter)
{
    private const int RowsBetweenCancellationChecks = 1 << 14;

    private readonly long[] _ended = new long[Enum.GetValues<Reason>().Length];
    private readonly CaptionQuery? _captions = filter.Captions;
    private long _emitted;

    /// <summary>The counts so far; complete once <see cref="Read"/> has been enumerated to its end.</summary>
    public UnitCounts Counts =>
        new(_emitted, Enum.GetValues<Reason>().Where(reason => _ended[(int)reason] > 0).ToDictionary(reason => reason, reason => _ended[(int)reason]));

    /// <summary>The wanted rows in the order of the file. Each enumeration opens the file anew and counts from zero; one at a time.</summary>
    /// <exception cref="BrokenInputException">The row group is corrupt; rows before that place have been handed on.</exception>
    public IEnumerable<LaionRow> Read(CancellationToken stop = default)
    {
        _emitted = 0;
        Array.Clear(_ended);
        using var columns = new RowGroupColumns(file, rowGroup);
        var metadata = MetadataOf(columns, filter);
        if (metadata?.ExcludesAll() is { } all)
        {
            _ended[(int)all] = file.RowGroups[rowGroup];
            yield break;
        }

        for (var row = 0; NextWanted(columns, metadata, ref row, stop) is { } wanted; row++) yield return wanted;
    }

    /// <summary>Whether the statistics of a row group exclude all of its rows.</summary>
    /// <exception cref="BrokenInputException">The row group is corrupt.</exception>
    internal static bool IsExcluded(LaionFile file, int rowGroup, ScanFilter filter)
    {
        if (filter.Metadata is not { } options || !MetadataFilter.HasRanges(options)) return false;
        using var columns = new RowGroupColumns(file, rowGroup);
        return MetadataOf(columns, filter)!.ExcludesAll() is not null;
    }

    private static MetadataFilter? MetadataOf(RowGroupColumns columns, ScanFilter filter) =>
        filter.Metadata is { } options && MetadataFilter.Asks(options) ? new MetadataFilter(options, columns) : null;

    private LaionRow? NextWanted(RowGroupColumns columns, MetadataFilter? metadata, ref int row, CancellationToken stop)
    {
        for (var rows = file.RowGroups[rowGroup]; row < rows; row++)
        {
            if (row % RowsBetweenCancellationChecks == 0) stop.ThrowIfCancellationRequested();
            if (Ends(columns, metadata, row, out var caption) is { } reason)
            {
                _ended[(int)reason]++;
                continue;
            }

            var wanted = columns.Row(row, caption);
            _emitted++;
            return wanted;
        }

        return null;
    }

    // A keyword leaves one row in thousands, and looking for it costs little more than asking one number or word of the metadata
    // (tests/Memorization.Benchmarks/results/scan.md): where there is one it goes first, otherwise the metadata does.
    private Reason? Ends(RowGroupColumns columns, MetadataFilter? metadata, int row, out ReadOnlySpan<byte> caption)
    {
        caption = default;
        if (_captions is null && metadata?.Excludes(row) is { } excluded) return excluded;
        if (!columns.TryCaption(row, out caption) || IsBlank(caption)) return Reason.MissingCaption;
        if (_captions is null) return null;
        return columns.IsCandidate(row, _captions.Search) && _captions.MayMatch(caption) ? metadata?.Excludes(row) : Reason.NoKeyword;
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
