using Memorization.Clustering;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>The families that some of a study's rows are among themselves, without the images of the others that may have linked them.</summary>
internal static class InducedFamilies
{
    /// <summary>The rows of each family among the rows given, largest first; equal ones by their first row.</summary>
    /// <param name="database">The store.</param>
    /// <param name="corpus">The study's rows.</param>
    /// <param name="rows">Some of them, ascending.</param>
    /// <param name="options">Parallelism and device of comparing.</param>
    public static IReadOnlyList<IReadOnlyList<int>> Of(StoreDatabase database, CaptionCorpus corpus, IReadOnlyList<int> rows, ClusterOptions options)
    {
        var families = corpus.FamilyOfRows();
        var (whole, parts) = (new List<IReadOnlyList<int>>(), new List<int>());
        foreach (var family in rows.GroupBy(row => families[row], (family, mine) => (Family: family, Rows: mine.ToList())))
        {
            // Of one image, or with all of its images, a family is what it was; of some of them it may fall apart.
            var mine = family.Rows.Select(row => corpus.Contents[row]).ToHashSet();
            var range = corpus.RowsOf(family.Family);
            var isWhole = mine.Count == 1 || Enumerable.Range(range.Start.Value, range.End.Value - range.Start.Value).All(row => mine.Contains(corpus.Contents[row]));
            if (isWhole) whole.Add(family.Rows);
            else parts.AddRange(family.Rows);
        }

        if (parts.Count > 0) whole.AddRange(Join(database, corpus, parts, options));
        return [.. whole.OrderByDescending(family => family.Count).ThenBy(family => family[0])];
    }

    // Images of different families are not linked: all are joined at once.
    private static IEnumerable<IReadOnlyList<int>> Join(StoreDatabase database, CaptionCorpus corpus, List<int> rows, ClusterOptions options)
    {
        var threshold = database.ThresholdAndSnapshot.Threshold;
        database.Execute("CREATE OR REPLACE TEMP TABLE asked_contents (content_id VARCHAR)");
        foreach (var some in rows.Select(row => corpus.Contents[row]).Distinct().Chunk(10_000))
            database.Execute($"INSERT INTO asked_contents VALUES ('{string.Join("'), ('", some)}')");
        var vectors = StoredVectors.Read(database, "SELECT content_id FROM asked_contents");
        var forest = new SpanningForest(vectors.Width, options with { Threshold = threshold, StoreThreshold = threshold });
        forest.Insert([.. vectors.Nodes.Select(pair => new KeyedVector(pair.Key, vectors[pair.Key].ToArray()))]);
        var families = forest.Cut(threshold);
        return rows.GroupBy(row => families.FamilyOf[corpus.Contents[row]].Id, (_, mine) => mine.ToList());
    }
}
