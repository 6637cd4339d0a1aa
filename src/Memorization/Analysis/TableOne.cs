using Memorization.Captions;
using Memorization.Statistics;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>A word in a family's captions.</summary>
/// <param name="Word">Lower case, HTML entities undone.</param>
/// <param name="Count">Rows of the family whose caption has it.</param>
/// <param name="LogOdds">Log-odds ratio against the study's other rows, with an informative Dirichlet prior.</param>
/// <param name="Z">The same in standard deviations.</param>
/// <param name="StopWord">Whether it says nothing of a picture ("the", "of").</param>
public sealed record FamilyWord(string Word, long Count, double LogOdds, double Z, bool StopWord);

/// <summary>A family of near-identical images.</summary>
/// <param name="Family">Its canonical id: the smallest content id in it.</param>
/// <param name="Size">Rows in it.</param>
/// <param name="Contents">Distinct images (by their bytes) in it.</param>
/// <param name="Share">Its part of the study's rows.</param>
/// <param name="Words">Its most frequent words, most frequent first.</param>
public sealed record FamilySummary(string Family, long Size, long Contents, double Share, IReadOnlyList<FamilyWord> Words);

/// <summary>The study's first table: families by size, each with the words that are frequent in its captions.</summary>
public static class TableOne
{
    /// <summary>Computes the table from a store.</summary>
    /// <returns>Families by size, largest first, equal ones by id.</returns>
    public static IReadOnlyList<FamilySummary> Compute(StoreDatabase database, AnalysisOptions options)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(options);
        var all = new WordCounts();
        var families = new Dictionary<string, WordCounts>();
        foreach (var (family, caption) in database.Query(
            $"SELECT family, caption FROM ({StudyRows.Sql})", reader => (reader.GetString(0), reader.GetString(1))))
        {
            if (!families.TryGetValue(family, out var counts)) families[family] = counts = new WordCounts();
            var words = CaptionWords.Of(caption).ToHashSet();
            counts.Add(words);
            all.Add(words);
        }

        var contents = database.Query(
            $"SELECT family, count(DISTINCT content_id) FROM ({StudyRows.Sql}) GROUP BY family",
            reader => (Family: reader.GetString(0), Count: reader.GetInt64(1))).ToDictionary(row => row.Family, row => row.Count);
        return [.. families
            .Where(pair => pair.Value.Rows >= options.MinFamilyRows)
            .OrderByDescending(pair => pair.Value.Rows).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new FamilySummary(
                pair.Key, pair.Value.Rows, contents[pair.Key], (double)pair.Value.Rows / all.Rows, Words(pair.Value, all, options.WordsPerFamily)))];
    }

    private static List<FamilyWord> Words(WordCounts family, WordCounts all, int limit) => [.. family.Counts
        .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
        .Take(limit)
        .Select(pair =>
        {
            var (logOdds, z) = LogOdds.Of((pair.Value, family.Words), (all.Counts[pair.Key] - pair.Value, all.Words - family.Words));
            return new FamilyWord(pair.Key, pair.Value, logOdds, z, StopWords.Contains(pair.Key));
        })];

    /// <summary>In how many rows each word stands.</summary>
    private sealed class WordCounts
    {
        public long Rows { get; private set; }

        public long Words { get; private set; }

        public Dictionary<string, long> Counts { get; } = [];

        public void Add(HashSet<string> words)
        {
            Rows++;
            Words += words.Count;
            foreach (var word in words) Counts[word] = Counts.GetValueOrDefault(word) + 1;
        }
    }
}
