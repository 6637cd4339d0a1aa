using System.Text;
using Memorization.Flow;

namespace Memorization.Rows;

/// <summary>What the scan asks of a row, asked of one that lies in memory. It says of every row what <see cref="LaionReader"/> says of it in its file.</summary>
public sealed class RowRules(ScanFilter filter)
{
    private readonly MetadataOptions _metadata = filter.Metadata ?? new MetadataOptions();

    /// <summary>The first reason why the row is not wanted; null if it is. Its caption is not blank.</summary>
    public Reason? Excludes(LaionRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return filter.Captions is { } captions && !captions.MayMatch(Encoding.UTF8.GetBytes(row.Caption)) ? Reason.NoKeyword : ExcludesMetadata(row);
    }

    private Reason? ExcludesMetadata(LaionRow row)
    {
        if (_metadata is not { MinSimilarity: null, MaxSimilarity: null } && !IsWithin(row.Similarity, _metadata.MinSimilarity, _metadata.MaxSimilarity)) return Reason.SimilarityExcluded;
        if (_metadata is not { MinSidePixels: null, MaxSidePixels: null }
            && !(IsWithin(row.Width, _metadata.MinSidePixels, _metadata.MaxSidePixels) && IsWithin(row.Height, _metadata.MinSidePixels, _metadata.MaxSidePixels))) return Reason.SizeExcluded;
        if (!IsAmong(row.Nsfw, _metadata.Nsfw)) return Reason.NsfwExcluded;
        return IsAmong(row.License, _metadata.Licenses) ? null : Reason.LicenseExcluded;
    }

    private static bool IsWithin(double? value, double? least, double? greatest) => value is { } number && !(number < least) && !(number > greatest);

    private static bool IsAmong(string? value, IReadOnlyList<string> wanted) =>
        wanted.Count == 0 || wanted.Contains(value ?? "", StringComparer.Ordinal) || wanted.Any(word => Ascii.EqualsIgnoreCase(word, value ?? ""));
}
