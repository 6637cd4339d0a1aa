using Memorization.Clustering;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>The study's first table: families by size, each with the words that are frequent in its captions and those that mark it.</summary>
internal static class TableOne
{
    /// <summary>The families that the table lists: by size, largest first, equal ones by id.</summary>
    public static IReadOnlyList<int> Listed(CaptionCorpus corpus, AnalysisOptions options) => [.. corpus.BySize().Where(family => Count(corpus.RowsOf(family)) >= options.MinFamilyRows)];

    /// <summary>Makes the table.</summary>
    /// <param name="database">The store, at its snapshot.</param>
    /// <param name="corpus">Its captions.</param>
    /// <param name="contents">The families to list, with their distinct images.</param>
    /// <param name="medians">The median similarity of those where it was measured.</param>
    /// <param name="words">The words of each of them.</param>
    public static IReadOnlyList<FamilySummary> Compute(
        StoreDatabase database, CaptionCorpus corpus, IReadOnlyList<(int Family, ContentKey[] Contents)> contents, IReadOnlyDictionary<int, double> medians, Task<IReadOnlyList<WordsOfFamily>> words)
    {
        if (contents.Count == 0) return [];
        var counts = FamilyCounts.Read(database);
        return [.. contents.Zip(words.GetAwaiter().GetResult(), (listed, words) =>
        {
            var family = listed.Family;
            var (id, rows, count) = (corpus.Families[family], Count(corpus.RowsOf(family)), counts[corpus.Families[family]]);
            return new FamilySummary
            {
                Family = id,
                Size = rows,
                Contents = listed.Contents.Length,
                Share = (double)rows / corpus.Rows.Count,
                Texts = Count(corpus.TextsOf(family)),
                Captions = count.Captions,
                Urls = count.Urls,
                Hosts = count.Hosts,
                Stars = count.Stars,
                LargestStar = count.LargestStar,
                LeastSimilarity = count.LeastSimilarity,
                MedianSimilarity = medians.TryGetValue(family, out var median) ? median : null,
                KeywordRows = corpus.CountWith(corpus.Keyword, corpus.RowsOf(family)),
                ChanceZ = words.HighestByChance,
                Draws = words.Draws,
                Words = words.Frequent,
                Marks = words.Marking,
            };
        })];
    }

    private static int Count(Range range) => range.End.Value - range.Start.Value;
}
