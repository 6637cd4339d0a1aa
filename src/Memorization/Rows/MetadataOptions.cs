using System.ComponentModel.DataAnnotations;

namespace Memorization.Rows;

/// <summary>Which rows are wanted by what their metadata says of them. A row that lacks a number that is asked for is not wanted.</summary>
/// <remarks>Decided in the scan, in the order of the properties: of the rows that have a keyword, or of all where the study has none.</remarks>
public sealed record MetadataOptions
{
    /// <summary>Least CLIP similarity between image and caption, −1 to 1. Default null: any, or none.</summary>
    [Range(-1.0, 1.0)]
    public double? MinSimilarity { get; init; }

    /// <summary>Greatest CLIP similarity. Columns that slid during CSV parsing put numbers up to 6016 there. Default null: any, or none.</summary>
    [Range(-1.0, 1.0)]
    public double? MaxSimilarity { get; init; }

    /// <summary>Least length of the shorter side in pixels, as the metadata has it; some releases swap width and height. Default null: any, or none.</summary>
    [Range(1, int.MaxValue)]
    public int? MinSidePixels { get; init; }

    /// <summary>Greatest length of the longer side in pixels, as the metadata has it. Default null: any, or none.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxSidePixels { get; init; }

    /// <summary>The NSFW values that are wanted, whatever their case: UNLIKELY, UNSURE, NSFW; "" stands for null too. Default empty: any.</summary>
    public IReadOnlyList<string> Nsfw { get; init; } = [];

    /// <summary>The licences that are wanted, whatever their case; "" stands for null too. Default empty: any.</summary>
    public IReadOnlyList<string> Licenses { get; init; } = [];

    /// <summary>Two limits that no row can keep, as one line for the user; null if there are none.</summary>
    public string? Contradiction() =>
        MinSimilarity > MaxSimilarity ? FormattableString.Invariant($"minSimilarity is {MinSimilarity}, above maxSimilarity, {MaxSimilarity}; lower the one or raise the other")
        : MinSidePixels > MaxSidePixels ? FormattableString.Invariant($"minSidePixels is {MinSidePixels}, above maxSidePixels, {MaxSidePixels}; lower the one or raise the other")
        : null;

    /// <summary>Whether every row that <paramref name="narrower"/> wants is wanted here too.</summary>
    public bool Covers(MetadataOptions narrower)
    {
        ArgumentNullException.ThrowIfNull(narrower);
        return IsAtMost(MinSimilarity, narrower.MinSimilarity) && IsAtMost(narrower.MaxSimilarity, MaxSimilarity, isUpper: true)
            && IsAtMost(MinSidePixels, narrower.MinSidePixels) && IsAtMost(narrower.MaxSidePixels, MaxSidePixels, isUpper: true)
            && IsAmong(narrower.Nsfw, Nsfw) && IsAmong(narrower.Licenses, Licenses);

        // A limit that is not asked for lets rows through that lack the number, so that asking for any is narrower.
        static bool IsAtMost(double? low, double? high, bool isUpper = false) => (isUpper ? high : low) is null || low <= high;

        static bool IsAmong(IReadOnlyList<string> words, IReadOnlyList<string> of) =>
            of.Count == 0 || (words.Count > 0 && words.All(word => of.Contains(word, StringComparer.OrdinalIgnoreCase)));
    }
}
