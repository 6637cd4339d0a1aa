using System.Text;
using Memorization.Flow;

namespace Memorization.Rows;

/// <summary>Holds the rows of one row group against <see cref="MetadataOptions"/>, cheapest column first.</summary>
/// <remarks>The order is fixed, so that a row that fails twice is always counted under the same reason.</remarks>
internal sealed class MetadataFilter
{
    private readonly MetadataOptions _options;
    private readonly RowGroupColumns _columns;
    private readonly byte[][] _nsfw;
    private readonly byte[][] _licenses;
    private readonly bool _similarity;
    private readonly bool _size;

    public MetadataFilter(MetadataOptions options, RowGroupColumns columns)
    {
        _options = options;
        _columns = columns;
        _similarity = options is not { MinSimilarity: null, MaxSimilarity: null };
        _size = options is not { MinSidePixels: null, MaxSidePixels: null };
        _nsfw = [.. options.Nsfw.Select(Encoding.UTF8.GetBytes)];
        _licenses = [.. options.Licenses.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>Whether the options ask for anything.</summary>
    public static bool Asks(MetadataOptions options) =>
        options is not { MinSimilarity: null, MaxSimilarity: null, MinSidePixels: null, MaxSidePixels: null, Nsfw: [], Licenses: [] };

    /// <summary>Whether the options ask for anything that statistics could exclude.</summary>
    public static bool HasRanges(MetadataOptions options) => options is not { MinSimilarity: null, MaxSimilarity: null, MinSidePixels: null, MaxSidePixels: null };

    /// <summary>The reason under which every row of the group ends, if the footer's statistics prove it; nothing has to be read then.</summary>
    /// <remarks>Only what is asked first can be proven: of a later question it is not known which rows come to it.</remarks>
    public Reason? ExcludesAll()
    {
        var limits = (Least: _options.MinSimilarity ?? double.NegativeInfinity, Greatest: _options.MaxSimilarity ?? double.PositiveInfinity);
        if (_similarity) return IsOutside(_columns.SimilarityRange, limits.Least, limits.Greatest) ? Reason.SimilarityExcluded : null;
        if (!_size) return null;
        // Each side is at least the shorter one and at most the longer one.
        var (least, greatest) = (_options.MinSidePixels ?? double.NegativeInfinity, _options.MaxSidePixels ?? double.PositiveInfinity);
        return IsOutside(_columns.WidthRange, least, greatest) || IsOutside(_columns.HeightRange, least, greatest) ? Reason.SizeExcluded : null;
    }

    /// <summary>The first reason why the row is not wanted; null if it is.</summary>
    public Reason? Excludes(int row)
    {
        if (_similarity && !IsWithin(_columns.Similarity(row), _options.MinSimilarity, _options.MaxSimilarity)) return Reason.SimilarityExcluded;
        if (_size && !(IsWithin(_columns.Width(row), _options.MinSidePixels, _options.MaxSidePixels)
            && IsWithin(_columns.Height(row), _options.MinSidePixels, _options.MaxSidePixels))) return Reason.SizeExcluded;
        if (_nsfw.Length > 0 && !IsAmong(_nsfw, _columns.Nsfw(row))) return Reason.NsfwExcluded;
        if (_licenses.Length > 0 && !IsAmong(_licenses, _columns.License(row))) return Reason.LicenseExcluded;
        return null;
    }

    // Not for NaN, which statistics leave out: a NaN reads as null, and null is not wanted either.
    private static bool IsOutside((double Least, double Greatest)? range, double least, double greatest) =>
        range is { } values && (values.Greatest < least || values.Least > greatest);

    private static bool IsWithin(double? value, double? least, double? greatest) =>
        value is { } number && !(number < least) && !(number > greatest);

    private static bool IsAmong(byte[][] wanted, ReadOnlySpan<byte> value)
    {
        foreach (var word in wanted)
            if (word.AsSpan().SequenceEqual(value) || Ascii.EqualsIgnoreCase(word, value)) return true;
        return false;
    }
}
