using Memorization.Statistics;

namespace Memorization.Analysis;

/// <summary>The words of one family, most frequent first, and those that mark it, those that do so most first.</summary>
internal sealed record WordsOfFamily(IReadOnlyList<FamilyWord> Frequent, IReadOnlyList<FamilyWord> Marking, double HighestByChance, int Draws);

/// <summary>Which words are frequent in a family's captions, and which mark it: tested over all words of all families.</summary>
internal sealed class FamilyWords
{
    private readonly CaptionCorpus _corpus;
    private readonly AnalysisOptions _options;
    private readonly IReadOnlyList<int> _families;
    private readonly HashSet<(int Texts, int Frequency)> _hopeless = [];
    private readonly PermutationNull _null;
    private readonly FalseDiscovery _discovery;

    /// <summary>Tests every word of the families.</summary>
    /// <param name="corpus">The captions.</param>
    /// <param name="families">The families that are looked at.</param>
    /// <param name="options">How much is listed and how it is tested.</param>
    public FamilyWords(CaptionCorpus corpus, IReadOnlyList<int> families, AnalysisOptions options)
    {
        (_corpus, _families, _options) = (corpus, families, options);
        Tests = CountTests();
        _null = PermutationNull.Draw(corpus, families.Select(TextsIn), options);
        _discovery = new FalseDiscovery(PValues(), Tests);
    }

    /// <summary>Words times families, without those of which no count could be significant: the frequencies alone say so (Tarone 1990).</summary>
    public double Tests { get; }

    /// <summary>The words of each family, in the order of the families.</summary>
    public IReadOnlyList<WordsOfFamily> Lists()
    {
        var lists = new WordsOfFamily[_families.Count];
        Parallel.For(0, lists.Length, () => new Counts(_corpus), (i, _, counts) =>
        {
            lists[i] = List(_families[i], counts);
            return counts;
        }, _ => { });
        return lists;
    }

    private WordsOfFamily List(int family, Counts counts)
    {
        counts.Count(_corpus, family);
        var texts = TextsIn(family);
        var frequent = counts.Rows.Met.OrderByDescending(word => counts.Rows[word]).ThenBy(word => _corpus.Words[word], StringComparer.Ordinal).Take(_options.WordsPerFamily);
        var marking = counts.Rows.Met.Where(word => Q(word) <= _options.FalseDiscoveryRate)
            .OrderByDescending(word => counts.LogOdds(_corpus, word).Z).ThenBy(word => _corpus.Words[word], StringComparer.Ordinal).Take(_options.WordsPerFamily);
        var result = new WordsOfFamily([.. frequent.Select(Of)], [.. marking.Select(Of)], _null.Quantile95(texts), _null.Draws(texts));
        counts.Clear();
        return result;

        double Q(int word) => IsHopeless(texts, _corpus.TextFrequencies[word]) ? 1 : _discovery.Q(P(word, family, counts));

        FamilyWord Of(int word)
        {
            var (rows, inside, all) = (counts.Rows[word], counts.Texts[word], _corpus.TextFrequencies[word]);
            var (logOdds, z) = counts.LogOdds(_corpus, word);
            var pmi = Math.Log2((double)inside * _corpus.Texts.Count / ((double)all * texts));
            return new FamilyWord(
                _corpus.Words[word], rows, _corpus.RowFrequencies[word] - rows, inside, all - inside, logOdds, z, pmi, P(word, family, counts), Q(word), _null.P(texts, z),
                StopWords.Contains(_corpus.Words[word]));
        }
    }

    // Every word of every family would be a test; most words stand nowhere in most families, and have a p-value of 1. What no count of texts could make significant,
    // none of rows can: the larger p-value counts.
    private double CountTests()
    {
        var frequencies = _corpus.TextFrequencies.CountBy(frequency => frequency).ToList();
        var tests = 0.0;
        foreach (var (texts, families) in _families.CountBy(TextsIn))
        {
            foreach (var (frequency, words) in frequencies)
            {
                if (Hypergeometric.AtLeast(Math.Min(texts, frequency), texts, frequency, _corpus.Texts.Count) > _options.FalseDiscoveryRate) _hopeless.Add((texts, frequency));
                else tests += (double)families * words;
            }
        }

        return tests;
    }

    private List<double> PValues()
    {
        var values = new List<double>();
        Parallel.ForEach(_families, () => (Counts: new Counts(_corpus), Values: new List<double>()), (family, _, own) =>
        {
            var texts = TextsIn(family);
            own.Counts.Count(_corpus, family);
            foreach (var word in own.Counts.Texts.Met)
                if (!IsHopeless(texts, _corpus.TextFrequencies[word])) own.Values.Add(P(word, family, own.Counts));

            own.Counts.Clear();
            return own;
        }, own =>
        {
            lock (values) values.AddRange(own.Values);
        });
        return values;
    }

    private double P(int word, int family, Counts counts) => WordTest.P(
        (counts.Rows[word], RowsIn(family), _corpus.RowFrequencies[word], _corpus.Rows.Count), (counts.Texts[word], TextsIn(family), _corpus.TextFrequencies[word], _corpus.Texts.Count));

    private bool IsHopeless(int texts, int frequency) => _hopeless.Contains((texts, frequency));

    private int RowsIn(int family) => _corpus.RowsOf(family).End.Value - _corpus.RowsOf(family).Start.Value;

    private int TextsIn(int family) => _corpus.TextsOf(family).End.Value - _corpus.TextsOf(family).Start.Value;

    /// <summary>One family's words in rows and in texts. One per thread.</summary>
    private sealed class Counts(CaptionCorpus corpus)
    {
        private int _words;

        public WordCounts Rows { get; } = new(corpus.Words.Count);

        public WordCounts Texts { get; } = new(corpus.Words.Count);

        public void Count(CaptionCorpus corpus, int family)
        {
            var (rows, texts) = (corpus.RowsOf(family), corpus.TextsOf(family));
            Rows.Add(corpus.Rows.Between(rows.Start.Value, rows.End.Value));
            var words = corpus.Texts.Between(texts.Start.Value, texts.End.Value);
            Texts.Add(words);
            _words = words.Length;
        }

        public (double LogOdds, double Z) LogOdds(CaptionCorpus corpus, int word) => Statistics.LogOdds.Of(
            (Texts[word], _words), (corpus.TextFrequencies[word] - Texts[word], corpus.Texts.Total - _words));

        public void Clear()
        {
            Rows.Clear();
            Texts.Clear();
        }
    }
}
