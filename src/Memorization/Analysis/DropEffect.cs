namespace Memorization.Analysis;

/// <summary>What a training set loses if each family is seen only so often, and what its words lead to then.</summary>
/// <param name="RowsPerFamily">How often.</param>
/// <param name="Rows">Rows of the study.</param>
/// <param name="Dropped">Those that go.</param>
/// <param name="Families">Families that lose rows.</param>
/// <param name="Words">The word sets asked for.</param>
public sealed record DropEffect(int RowsPerFamily, long Rows, long Dropped, long Families, IReadOnlyList<WordsAfterDrop> Words)
{
    /// <summary>Counts the rows that are left.</summary>
    /// <param name="corpus">The study's rows.</param>
    /// <param name="asked">The word sets.</param>
    /// <param name="isKept">Whether each row stays.</param>
    /// <param name="rowsPerFamily">How often a family is to be seen.</param>
    internal static DropEffect Of(CaptionCorpus corpus, IReadOnlyList<AskedWords> asked, bool[] isKept, int rowsPerFamily)
    {
        var families = corpus.FamilyOfRows();
        return new DropEffect(
            rowsPerFamily, isKept.Length, isKept.LongCount(kept => !kept), families.Where((_, row) => !isKept[row]).Distinct().LongCount(),
            [.. asked.Select(words => WordsAfterDrop.Of(corpus, words, families, isKept))]);
    }
}

/// <summary>What a word set leads to before and after rows were dropped.</summary>
/// <param name="Words">The words.</param>
/// <param name="Rows">Rows with the words.</param>
/// <param name="RowsLeft">Those of them that stay.</param>
/// <param name="Family">The study's family that the largest of the rows' families lies in; null without a row.</param>
/// <param name="Share">That family's part of the rows.</param>
/// <param name="ShareLeft">Its part of those that stay; null if none does.</param>
/// <param name="KeywordShare">The part of the rows in families of whose rows at least half have the study's first keyword.</param>
/// <param name="KeywordShareLeft">The same of those that stay, by what the families were before.</param>
public sealed record WordsAfterDrop(
    IReadOnlyList<string> Words, long Rows, long RowsLeft, string? Family, double? Share, double? ShareLeft, double? KeywordShare, double? KeywordShareLeft)
{
    internal static WordsAfterDrop Of(CaptionCorpus corpus, AskedWords asked, int[] families, bool[] isKept)
    {
        var largest = asked.Families.Count == 0 ? [] : asked.Families[0];
        var rooted = asked.Rows.Select(row => families[row]).Distinct().Where(corpus.IsRooted).ToHashSet();
        var keyword = asked.Rows.Where(row => rooted.Contains(families[row])).ToList();
        var left = asked.Rows.Count(row => isKept[row]);
        return new WordsAfterDrop(
            asked.Words, asked.Rows.Count, left, largest.Count == 0 ? null : corpus.Families[families[largest[0]]],
            Among(largest.Count, asked.Rows.Count), Among(largest.Count(row => isKept[row]), left), Among(keyword.Count, asked.Rows.Count), Among(keyword.Count(row => isKept[row]), left));
    }

    private static double? Among(int part, int all) => all == 0 ? null : (double)part / all;
}
