using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>The study's first table: families by size, each with the words that are frequent in its captions and those that mark it.</summary>
internal static class TableOne
{
    /// <summary>Computes the table from a store.</summary>
    /// <returns>Families by size, largest first, equal ones by id; and how many tests their words were among.</returns>
    public static (IReadOnlyList<FamilySummary> Families, double Tests) Compute(StoreDatabase database, CaptionCorpus corpus, AnalysisOptions options)
    {
        int[] listed = [.. corpus.BySize().Where(family => Count(corpus.RowsOf(family)) >= options.MinFamilyRows)];
        if (listed.Length == 0) return ([], 0);
        var counts = FamilyCounts.Read(database);
        var medians = InsideSimilarity.Medians(database, options);
        var tested = new FamilyWords(corpus, listed, options);
        return ([.. listed.Zip(tested.Lists(), (family, words) =>
        {
            var (id, rows, count) = (corpus.Families[family], Count(corpus.RowsOf(family)), counts[corpus.Families[family]]);
            return new FamilySummary
            {
                Family = id,
                Size = rows,
                Contents = count.Contents,
                Share = (double)rows / corpus.Rows.Count,
                Texts = Count(corpus.TextsOf(family)),
                Captions = count.Captions,
                Urls = count.Urls,
                Hosts = count.Hosts,
                Stars = count.Stars,
                LargestStar = count.LargestStar,
                LeastSimilarity = count.LeastSimilarity,
                MedianSimilarity = medians.TryGetValue(id, out var median) ? median : null,
                KeywordRows = corpus.CountWith(corpus.Keyword, corpus.RowsOf(family)),
                ChanceZ = words.HighestByChance,
                Draws = words.Draws,
                Words = words.Frequent,
                Marks = words.Marking,
            };
        })], tested.Tests);
    }

    private static int Count(Range range) => range.End.Value - range.Start.Value;
}
