namespace Memorization.Analysis;

/// <summary>A family of near-identical images.</summary>
public sealed record FamilySummary
{
    /// <summary>Its canonical id: the smallest content id in it.</summary>
    public required string Family { get; init; }

    /// <summary>Rows in it.</summary>
    public required long Size { get; init; }

    /// <summary>Distinct images (by their bytes) in it.</summary>
    public required long Contents { get; init; }

    /// <summary>Its part of the study's rows.</summary>
    public required double Share { get; init; }

    /// <summary>Texts in it: captions, of which those that are the same but for numbers, or one shop's template, count once.</summary>
    public required long Texts { get; init; }

    /// <summary>Distinct captions in it.</summary>
    public required long Captions { get; init; }

    /// <summary>Distinct URLs in it.</summary>
    public required long Urls { get; init; }

    /// <summary>Distinct hosts in it.</summary>
    public required long Hosts { get; init; }

    /// <summary>Stars of its star cover: 1 if every image is linked to one of them; null in stores of the first versions.</summary>
    public int? Stars { get; init; }

    /// <summary>Rows in the star that has most; null likewise.</summary>
    public long? LargestStar { get; init; }

    /// <summary>The lowest cosine similarity of two of its images; null likewise.</summary>
    public double? LeastSimilarity { get; init; }

    /// <summary>The median cosine similarity of its distinct images' pairs; null for one image, and beyond <see cref="AnalysisOptions.SimilarityFamilies"/>.</summary>
    public double? MedianSimilarity { get; init; }

    /// <summary>Rows whose caption has every word of the study's first keyword; all if it has none.</summary>
    public required long KeywordRows { get; init; }

    /// <summary>Whether these are at least half of its rows.</summary>
    public bool IsRooted => 2 * KeywordRows >= Size;

    /// <summary>The highest z of any word that only one in twenty random sets of so many texts exceeds.</summary>
    public required double ChanceZ { get; init; }

    /// <summary>How often such a set was drawn.</summary>
    public required int Draws { get; init; }

    /// <summary>Its most frequent words, most frequent first.</summary>
    public required IReadOnlyList<FamilyWord> Words { get; init; }

    /// <summary>The words that mark it: discoveries at <see cref="AnalysisOptions.FalseDiscoveryRate"/>, highest z first.</summary>
    public required IReadOnlyList<FamilyWord> Marks { get; init; }
}
