using Memorization.Analysis;
using Memorization.Captions;
using Memorization.Store;

namespace Memorization.Replication.Scoring;

/// <summary>What of a family's training rows may decide whether it comes back.</summary>
/// <param name="Family">The family.</param>
/// <param name="Copies">Its rows.</param>
/// <param name="Words">Its most frequent words, those that say nothing left out.</param>
/// <param name="DominantShare">Its part of the study's rows whose captions have all of these words.</param>
/// <param name="CaptionEntropy">Entropy of its rows' captions in bits: 0 if all have the same.</param>
public sealed record FamilyFrequency(string Family, long Copies, IReadOnlyList<string> Words, double DominantShare, double CaptionEntropy)
{
    private const int MostWords = 3;

    /// <summary>Counts some families.</summary>
    /// <param name="database">The store, at its snapshot.</param>
    /// <param name="families">Their ids.</param>
    internal static IReadOnlyList<FamilyFrequency> Of(StoreDatabase database, IReadOnlyCollection<string> families)
    {
        var wanted = families.ToHashSet();
        var captions = wanted.ToDictionary(family => family, _ => new Dictionary<string, long>());
        database.ForEach("SELECT family, caption, count(*) FROM study GROUP BY ALL", reader =>
        {
            if (captions.TryGetValue(reader.GetString(0), out var counts)) counts[reader.GetString(1)] = reader.GetInt64(2);
        });
        var words = captions.ToDictionary(family => family.Key, family => WordsOf(family.Value));

        // Every caption is looked at once, for the families whose first word it has.
        var byFirst = words.Where(family => family.Value.Count > 0).ToLookup(family => family.Value[0]);
        var rows = wanted.ToDictionary(family => family, _ => 0L);
        var own = wanted.ToDictionary(family => family, _ => 0L);
        database.ForEach("SELECT family, caption, count(*) FROM study GROUP BY ALL", reader =>
        {
            var has = CaptionWords.Of(reader.GetString(1)).ToHashSet();
            foreach (var family in has.SelectMany(word => byFirst[word]).Where(family => family.Value.All(has.Contains)))
            {
                rows[family.Key] += reader.GetInt64(2);
                if (family.Key == reader.GetString(0)) own[family.Key] += reader.GetInt64(2);
            }
        });
        return [.. captions.Where(family => family.Value.Count > 0).OrderBy(family => family.Key, StringComparer.Ordinal).Select(family => new FamilyFrequency(
            family.Key, family.Value.Values.Sum(), words[family.Key], rows[family.Key] == 0 ? 0 : (double)own[family.Key] / rows[family.Key], Entropy(family.Value.Values)))];
    }

    private static IReadOnlyList<string> WordsOf(Dictionary<string, long> captions) =>
        [.. captions.SelectMany(caption => CaptionWords.Of(caption.Key).Distinct().Select(word => (Word: word, Rows: caption.Value)))
            .Where(word => !StopWords.Contains(word.Word)).GroupBy(word => word.Word, word => word.Rows)
            .OrderByDescending(word => word.Sum()).ThenBy(word => word.Key, StringComparer.Ordinal).Take(MostWords).Select(word => word.Key)];

    private static double Entropy(ICollection<long> counts)
    {
        var all = (double)counts.Sum();
        return counts.Sum(count => -count / all * Math.Log2(count / all));
    }
}
