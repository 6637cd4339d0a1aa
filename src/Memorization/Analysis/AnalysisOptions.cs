using System.ComponentModel.DataAnnotations;
using Memorization.Captions;

namespace Memorization.Analysis;

/// <summary>What the tables show, and how it is tested.</summary>
public sealed record AnalysisOptions
{
    /// <summary>Rows a family must have to be listed.</summary>
    [Range(1, 1_000_000)]
    public int MinFamilyRows { get; init; } = 2;

    /// <summary>Words listed for each family: so many of the most frequent, and so many of those that mark it.</summary>
    [Range(1, 1000)]
    public int WordsPerFamily { get; init; } = 10;

    /// <summary>Different captions of one host from which the three words that they begin or end with are a shop's template.</summary>
    [Range(2, 1_000_000)]
    public int TemplateCaptions { get; init; } = 5;

    /// <summary>Share of false ones among the words said to mark a family, and among the trigger sets, on the average.</summary>
    [Range(0.000001, 0.5)]
    public double FalseDiscoveryRate { get; init; } = 0.05;

    /// <summary>How often a family's texts are drawn at random, to see which words such a draw would mark.</summary>
    [Range(19, 100_000)]
    public int Permutations { get; init; } = 199;

    /// <summary>Families, the largest first, of which the median similarity is measured.</summary>
    [Range(0, 10_000_000)]
    public int SimilarityFamilies { get; init; } = 10_000;

    /// <summary>Families, the largest first, whose thumbnails are compared by a hash that knows no encoder.</summary>
    [Range(0, 1_000_000)]
    public int HashedFamilies { get; init; } = 100;

    /// <summary>Distinct images of one family that are hashed.</summary>
    [Range(2, 10_000)]
    public int HashedImages { get; init; } = 100;

    /// <summary>Word sets whose rows are looked at: how many of them show one family. None: those of the keywords.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Word sets whose rows are left out of these, such as the artist's name.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Rows of a family that a set of words must stand in to be a trigger.</summary>
    [Range(2, 1_000_000)]
    public int TriggerRows { get; init; } = 10;

    /// <summary>Part of the rows with a set of words that must show the family.</summary>
    [Range(0.0, 1.0)]
    public double TriggerShare { get; init; } = 0.2;

    /// <summary>Trigger sets listed for one family.</summary>
    [Range(1, 1000)]
    public int TriggersPerFamily { get; init; } = 5;

    /// <summary>Rows of a family that the keep list leaves.</summary>
    [Range(1, 1_000_000)]
    public int KeepPerFamily { get; init; } = 1;

    /// <summary>Seed of everything that is drawn.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    /// <summary>What is wrong with <see cref="Words"/> or <see cref="Without"/>, with the key first; null if nothing is.</summary>
    public string? Contradiction() => Words.Select(set => WrongSet("words", set)).Concat(Without.Select(set => WrongSet("without", set))).FirstOrDefault(wrong => wrong is not null);

    private static string? WrongSet(string key, string set)
    {
        var words = CaptionWords.Of(set);
        if (words.Count == 0) return $"{key}: \"{set}\" has no word to look for; name one or more, such as \"almond blossoming\"";
        return words.All(StopWords.Contains) ? $"{key}: \"{set}\" has only words that stand in captions of all kinds; add one that says what is seen" : null;
    }
}
