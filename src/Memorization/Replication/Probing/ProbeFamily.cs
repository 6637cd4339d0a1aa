using Memorization.Analysis;
using Memorization.Captions;
using Memorization.Store;

namespace Memorization.Replication.Probing;

/// <summary>A family as probes are made for it: the words that its captions have most often, in the order in which they stand there.</summary>
/// <param name="Family">Its id.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Keyword">The study's first keyword that at least half of the rows have, as words; empty if there is none.</param>
/// <param name="Words">Its three most frequent other words, those that say nothing of a picture left out.</param>
/// <param name="Phrase">Keyword and words in the order of their mean place in the captions.</param>
/// <param name="Captions">Its most frequent captions.</param>
internal sealed record ProbeFamily(
    string Family, long Rows, IReadOnlyList<string> Keyword, IReadOnlyList<string> Words, IReadOnlyList<string> Phrase, IReadOnlyList<string> Captions)
{
    private const int MostWords = 3;
    private const int MostCaptions = 5;

    /// <summary>Reads the largest families; those whose captions have no word are left out.</summary>
    /// <param name="database">The store, at its snapshot.</param>
    /// <param name="count">How many families.</param>
    /// <param name="keywords">The study's keywords.</param>
    public static IReadOnlyList<ProbeFamily> Largest(StoreDatabase database, int count, IReadOnlyList<string> keywords)
    {
        Dictionary<string, List<(string Caption, long Rows)>> families = [];
        database.ForEach($"""
            SELECT family, caption, count(*) FROM study SEMI JOIN (SELECT family FROM study GROUP BY family ORDER BY count(*) DESC, family LIMIT {count}) USING (family) GROUP BY ALL
            """, reader =>
        {
            if (!families.TryGetValue(reader.GetString(0), out var captions)) families.Add(reader.GetString(0), captions = []);
            captions.Add((reader.GetString(1), reader.GetInt64(2)));
        });
        var sets = keywords.Select(CaptionWords.Of).ToList();
        return [.. families.Select(family => Of(family.Key, family.Value, sets)).Where(family => family.Phrase.Count > 0)
            .OrderByDescending(family => family.Rows).ThenBy(family => family.Family, StringComparer.Ordinal)];
    }

    private static ProbeFamily Of(string family, List<(string Caption, long Rows)> captions, List<IReadOnlyList<string>> keywords)
    {
        // Of each word: rows that have it, and the sum over them of its first place from the caption's begin (0) to its end (1).
        Dictionary<string, (long Rows, double Places)> words = [];
        Dictionary<int, long> withKeyword = [];
        foreach (var (caption, rows) in captions)
        {
            var all = CaptionWords.Of(caption);
            foreach (var (word, place) in all.Select((word, place) => (word, place)).DistinctBy(word => word.word))
            {
                var known = words.GetValueOrDefault(word);
                words[word] = (known.Rows + rows, known.Places + rows * (place / (double)all.Count));
            }

            for (var i = 0; i < keywords.Count; i++)
                if (keywords[i].All(all.Contains)) withKeyword[i] = withKeyword.GetValueOrDefault(i) + rows;
        }

        var size = captions.Sum(caption => caption.Rows);
        var keyword = Enumerable.Range(0, keywords.Count).Where(i => 2 * withKeyword.GetValueOrDefault(i) >= size).Select(i => keywords[i]).FirstOrDefault([]);
        IReadOnlyList<string> others = [.. words.Where(word => !StopWords.Contains(word.Key) && !keyword.Contains(word.Key))
            .OrderByDescending(word => word.Value.Rows).ThenBy(word => word.Key, StringComparer.Ordinal).Take(MostWords).Select(word => word.Key)];

        // A keyword's words stay together and as they are written, where its first one stands.
        var phrase = others.Select(word => (Text: word, Place: Place(word))).Concat(keyword.Count > 0 ? [(string.Join(' ', keyword), Place(keyword[0]))] : []);
        return new ProbeFamily(
            family, size, keyword, others, [.. phrase.OrderBy(part => part.Place).ThenBy(part => part.Text, StringComparer.Ordinal).SelectMany(part => part.Text.Split(' '))],
            [.. captions.OrderByDescending(caption => caption.Rows).ThenBy(caption => caption.Caption, StringComparer.Ordinal).Take(MostCaptions).Select(caption => caption.Caption)]);

        double Place(string word) => words[word].Places / words[word].Rows;
    }
}
