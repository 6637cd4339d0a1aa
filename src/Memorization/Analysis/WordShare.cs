using Memorization.Statistics;

namespace Memorization.Analysis;

/// <summary>A family that the rows with some words are among themselves.</summary>
/// <param name="Family">The study's family that it lies in.</param>
/// <param name="Rows">Rows in it.</param>
public sealed record WordFamily(string Family, long Rows);

/// <summary>What the rows with some words show: the share of their largest family, and of families rooted in the study's keyword.</summary>
/// <remarks>Intervals are Wilson's at 95 %. Rows are taken as independent draws of the web; copies of one page are not, and make them too narrow.</remarks>
public sealed record WordShare
{
    /// <summary>The words; a row is counted if its caption has all of them.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Rows whose caption has every word of one of these sets are left out.</summary>
    public required IReadOnlyList<string> Without { get; init; }

    /// <summary>Rows of the study with the words.</summary>
    public required long Rows { get; init; }

    /// <summary>Families that these rows are among themselves.</summary>
    public required long Families { get; init; }

    /// <summary>The study's family that the largest of these lies in; null without a row.</summary>
    public required string? LargestFamily { get; init; }

    /// <summary>Rows in the largest of these.</summary>
    public required long LargestRows { get; init; }

    /// <summary>The largest of these, largest first: as many as the report draws.</summary>
    public IReadOnlyList<WordFamily> LargestFamilies { get; init; } = [];

    /// <summary><see cref="LargestRows"/> among <see cref="Rows"/>.</summary>
    public required double? Share { get; init; }

    /// <summary>Lower end of its interval.</summary>
    public required double Low { get; init; }

    /// <summary>Upper end of its interval.</summary>
    public required double High { get; init; }

    /// <summary>Rows in families of the study of whose rows at least half have the study's first keyword.</summary>
    public required long KeywordRows { get; init; }

    /// <summary><see cref="KeywordRows"/> among <see cref="Rows"/>.</summary>
    public required double? KeywordShare { get; init; }

    /// <summary>Lower end of its interval.</summary>
    public required double KeywordLow { get; init; }

    /// <summary>Upper end of its interval.</summary>
    public required double KeywordHigh { get; init; }

    /// <summary>Rows with the words that the filter keeps and whose image could not be had.</summary>
    public required long Missing { get; init; }

    /// <summary>The share among all rows with the words that the filter keeps: what it is if none of the missing images belongs to the largest family.</summary>
    public required double? ShareIfMissingDiffer { get; init; }

    /// <summary>What the share is if all of the missing images belong to the largest family.</summary>
    public required double? ShareIfMissingSame { get; init; }

    /// <summary>The keyword's share among all rows with the words that the filter keeps: what it is if no missing image belongs to such a family.</summary>
    public required double? KeywordShareIfMissingDiffer { get; init; }

    /// <summary>What the keyword's share is if all of the missing images belong to such families.</summary>
    public required double? KeywordShareIfMissingSame { get; init; }

    /// <summary>Counts a word set.</summary>
    /// <param name="corpus">The study's captions.</param>
    /// <param name="asked">The words and their rows.</param>
    /// <param name="listed">How many of the largest families are listed.</param>
    internal static WordShare Of(CaptionCorpus corpus, AskedWords asked, int listed)
    {
        var (rows, families, missing) = (asked.Rows, asked.Families, asked.Missing);
        var familyOfRows = corpus.FamilyOfRows();
        var rooted = rows.Select(row => familyOfRows[row]).Distinct().Where(corpus.IsRooted).ToHashSet();
        var largest = families.Count == 0 ? 0 : families[0].Count;
        var (share, keyword) = (new Proportion(largest, rows.Count), new Proportion(rows.Count(row => rooted.Contains(familyOfRows[row])), rows.Count));
        var all = rows.Count + missing;
        return new WordShare
        {
            Words = asked.Words,
            Without = asked.Without,
            Rows = rows.Count,
            Families = families.Count,
            LargestFamily = families.Count == 0 ? null : corpus.Families[familyOfRows[families[0][0]]],
            LargestRows = largest,
            LargestFamilies = [.. families.Take(listed).Select(family => new WordFamily(corpus.Families[familyOfRows[family[0]]], family.Count))],
            Share = Among(largest, rows.Count),
            Low = share.Wilson().Low,
            High = share.Wilson().High,
            KeywordRows = keyword.Successes,
            KeywordShare = Among(keyword.Successes, rows.Count),
            KeywordLow = keyword.Wilson().Low,
            KeywordHigh = keyword.Wilson().High,
            Missing = missing,
            ShareIfMissingDiffer = Among(largest, all),
            ShareIfMissingSame = Among(largest + missing, all),
            KeywordShareIfMissingDiffer = Among(keyword.Successes, all),
            KeywordShareIfMissingSame = Among(keyword.Successes + missing, all),
        };
    }

    private static double? Among(long part, long all) => all == 0 ? null : (double)part / all;
}
