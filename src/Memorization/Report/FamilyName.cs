using Memorization.Analysis;

namespace Memorization.Report;

/// <summary>What a family is called where a person reads it.</summary>
internal static class FamilyName
{
    // Standard deviations above which a word is likelier inside than chance would have it.
    private const double Marking = 2;

    /// <summary>Its most frequent words that say something, are no mere numbers, and are likelier inside it than outside; else its most frequent words.</summary>
    public static string Of(FamilySummary family, int words)
    {
        var saying = family.Words.Where(word => !word.StopWord && !word.Word.All(char.IsDigit)).ToList();
        var marking = saying.Where(word => word.Z > Marking).ToList();
        var named = string.Join(" · ", (marking.Count > 0 ? marking : saying.Count > 0 ? saying : family.Words).Take(words).Select(word => word.Word));
        return named.Length > 0 ? named : "no words";
    }
}
