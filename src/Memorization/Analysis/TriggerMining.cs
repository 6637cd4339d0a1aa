using System.Runtime.InteropServices;
using Memorization.Statistics;

namespace Memorization.Analysis;

/// <summary>Searches all sets of up to three words for those that lead to one family, without being told the keyword.</summary>
/// <remarks>
/// Level by level (Agrawal and Srikant 1994): a set is looked at only if all sets of one word fewer stand in enough rows of the family. A larger set is listed only
/// if its share is higher than that of each of its subsets by Fisher's exact test, at the study's rate divided by the number of sets tried (Webb 2007 calls such sets productive):
/// otherwise every set would come back with all words that stand beside it. That only shortens the list, since the sets were tried because they stand in many rows of the family.
/// A discovery is what the false-discovery rate says: its p-value is the largest of those against all and against every subset, among all sets that there could be.
/// One use per object.
/// </remarks>
internal sealed class TriggerMining
{
    private readonly CaptionCorpus _corpus;
    private readonly AnalysisOptions _options;
    private readonly bool[] _isUsed;
    private readonly int[] _families;
    private readonly Dictionary<WordSet, long> _support = [];
    private readonly Dictionary<int, Dictionary<WordSet, int>> _found = []; // by family: sets with enough of its rows that more words may say more than
    private readonly List<(int Family, WordSet Set, long Rows)> _candidates = [];

    private TriggerMining(CaptionCorpus corpus, AnalysisOptions options)
    {
        (_corpus, _options) = (corpus, options);
        var keyword = corpus.Keyword.ToHashSet();
        _isUsed = [.. corpus.Words.Select((word, i) => corpus.RowFrequencies[i] >= options.TriggerRows && !keyword.Contains(i) && !StopWords.Contains(word))];
        _families = [.. Enumerable.Range(0, corpus.Families.Count).Where(family => Count(corpus.RowsOf(family)) >= options.TriggerRows)];
    }

    /// <summary>The triggers, discoveries first, then by the lower end of the interval of their share.</summary>
    public static IReadOnlyList<Trigger> Find(CaptionCorpus corpus, AnalysisOptions options)
    {
        var mining = new TriggerMining(corpus, options);
        for (var size = 1; size <= 3; size++) mining.Level(size);
        return mining.Triggers();
    }

    private void Level(int size)
    {
        var mine = new Dictionary<int, Dictionary<WordSet, int>>();
        foreach (var family in _families)
        {
            var counts = size == 1 ? CountWords(family) : _found.TryGetValue(family, out var smaller) ? CountSets(family, size, smaller) : [];
            var enough = counts.Where(count => count.Value >= _options.TriggerRows).ToDictionary();
            if (enough.Count > 0) mine.Add(family, enough);
        }

        CountEverywhere(size, mine.Values.SelectMany(sets => sets.Keys).ToHashSet());
        foreach (var (family, sets) in mine)
        {
            if (!_found.TryGetValue(family, out var open)) _found.Add(family, open = []);
            foreach (var (set, rows) in sets)
            {
                if (rows >= _options.TriggerShare * _support[set] && SaysMoreThanSubsets(family, set, rows, open, sets.Count)) _candidates.Add((family, set, rows));
                if (MayBeBettered(set, rows, sets.Count)) open.Add(set, rows);
            }
        }
    }

    private Dictionary<WordSet, int> CountWords(int family)
    {
        var range = _corpus.RowsOf(family);
        var counts = new Dictionary<WordSet, int>();
        foreach (var word in _corpus.Rows.Between(range.Start.Value, range.End.Value))
            if (_isUsed[word]) CollectionsMarshal.GetValueRefOrAddDefault(counts, new WordSet(word), out _)++;
        return counts;
    }

    private Dictionary<WordSet, int> CountSets(int family, int size, Dictionary<WordSet, int> smaller)
    {
        var words = smaller.Keys.Where(set => set.Count == 1).Select(set => set.First).ToHashSet();
        var pairs = size == 3 ? smaller.Keys.Where(set => set.Count == 2).ToHashSet() : null;
        var counts = new Dictionary<WordSet, int>();
        if (words.Count < size || pairs?.Count < 3) return counts;
        var range = _corpus.RowsOf(family);
        for (var row = range.Start.Value; row < range.End.Value; row++)
            WordSet.ForEach(Only(_corpus.Rows[row], words.Contains), size, pairs, set => CollectionsMarshal.GetValueRefOrAddDefault(counts, set, out _)++);
        return counts;
    }

    // How many rows of the whole study have each of the sets: one pass over all rows for all families.
    private void CountEverywhere(int size, HashSet<WordSet> sets)
    {
        foreach (var set in sets) _support.Add(set, size == 1 ? _corpus.RowFrequencies[set.First] : 0);
        if (size > 1) ForEachIn(_corpus.Rows, sets, (_, set) => CollectionsMarshal.GetValueRefOrNullRef(_support, set)++);
    }

    // All of a set's subsets with fewer words are open: the level before let nothing else through.
    private bool SaysMoreThanSubsets(int family, WordSet set, long rows, Dictionary<WordSet, int> open, int tried) => Array.TrueForAll(
        set.ProperSubsets, subset => Hypergeometric.AtLeast(rows, _support[set], open[subset], _support[subset]) <= _options.FalseDiscoveryRate / tried)
        && Hypergeometric.AtLeast(rows, _support[set], Count(_corpus.RowsOf(family)), _corpus.Rows.Count) <= _options.FalseDiscoveryRate;

    // The most that more words could do is to leave out every row of another family and none of this one.
    private bool MayBeBettered(WordSet set, long rows, int tried) => Hypergeometric.AtLeast(rows, rows, rows, _support[set]) <= _options.FalseDiscoveryRate / tried;

    private List<Trigger> Triggers()
    {
        var (texts, familyTexts) = CountTexts();
        List<double> values = [.. _candidates.Select(candidate => P(candidate.Family, candidate.Set, candidate.Rows, texts, familyTexts))];
        var discovery = new FalseDiscovery(values, Math.Max(Tests(), values.Count));
        Dictionary<int, int> listed = [];
        var best = _candidates
            .Select((candidate, i) => (candidate.Family, candidate.Set, Share: new Proportion(candidate.Rows, _support[candidate.Set]), P: values[i], Q: discovery.Q(values[i]), Words: WordsOf(candidate.Set)))
            .OrderBy(trigger => trigger.Q > _options.FalseDiscoveryRate).ThenByDescending(trigger => trigger.Share.Wilson().Low).ThenByDescending(trigger => trigger.Share.Successes)
            .ThenBy(trigger => trigger.Set.Count).ThenBy(trigger => string.Join(' ', trigger.Words), StringComparer.Ordinal)
            .Where(trigger => CollectionsMarshal.GetValueRefOrAddDefault(listed, trigger.Family, out _)++ < _options.TriggersPerFamily).ToList();
        var rooted = CountRooted(best.Select(trigger => trigger.Set).ToHashSet());
        return best.ConvertAll(trigger => new Trigger(
            trigger.Words, _corpus.Families[trigger.Family], trigger.Share.Trials, trigger.Share.Successes, trigger.Share.Share, trigger.Share.Wilson().Low, trigger.Share.Wilson().High,
            trigger.Share.Share * _corpus.Rows.Count / Count(_corpus.RowsOf(trigger.Family)), (double)rooted[trigger.Set] / trigger.Share.Trials,
            texts[trigger.Set], familyTexts[(trigger.Family, trigger.Set)], trigger.P, trigger.Q));
    }

    private double P(int family, WordSet set, long rows, Dictionary<WordSet, long> texts, Dictionary<(int, WordSet), long> familyTexts)
    {
        var (open, support, textsOfSet, familyTextsOfSet) = (_found[family], _support[set], texts[set], familyTexts[(family, set)]);
        var p = Among(Count(_corpus.RowsOf(family)), _corpus.Rows.Count, Count(_corpus.TextsOf(family)), _corpus.Texts.Count);
        return set.ProperSubsets.Aggregate(p, (largest, subset) => Math.Max(largest, Among(open[subset], _support[subset], familyTexts[(family, subset)], texts[subset])));

        double Among(long familyRows, long allRows, long inFamily, long allTexts) =>
            WordTest.P((rows, familyRows, support, allRows), (familyTextsOfSet, inFamily, textsOfSet, allTexts));
    }

    private List<string> WordsOf(WordSet set) => [.. set.Words.Select(word => _corpus.Words[word]).Order(StringComparer.Ordinal)];

    // Of the candidates and their subsets.
    private (Dictionary<WordSet, long> All, Dictionary<(int Family, WordSet Set), long> OfFamily) CountTexts()
    {
        var ofFamily = _candidates.SelectMany(candidate => candidate.Set.ProperSubsets.Append(candidate.Set).Select(set => (candidate.Family, Set: set))).Distinct().ToDictionary(pair => pair, _ => 0L);
        var all = ofFamily.Keys.Select(pair => pair.Set).Distinct().ToDictionary(set => set, _ => 0L);
        var family = 0;
        ForEachIn(_corpus.Texts, all.Keys.ToHashSet(), (text, set) =>
        {
            while (_corpus.TextsOf(family).End.Value <= text) family++;
            all[set]++;
            if (ofFamily.ContainsKey((family, set))) ofFamily[(family, set)]++;
        });
        return (all, ofFamily);
    }

    private Dictionary<WordSet, long> CountRooted(HashSet<WordSet> sets)
    {
        var rooted = Enumerable.Range(0, _corpus.Families.Count).Select(_corpus.IsRooted).ToArray();
        var families = _corpus.FamilyOfRows();
        var counts = sets.ToDictionary(set => set, _ => 0L);
        ForEachIn(_corpus.Rows, sets, (row, set) => counts[set] += rooted[families[row]] ? 1 : 0);
        return counts;
    }

    // Each caption that has one of the sets, in order, with the set.
    private static void ForEachIn(WordSets captions, HashSet<WordSet> sets, Action<int, WordSet> found)
    {
        var bySize = Enumerable.Range(1, 3).Select(size => sets.Where(set => set.Count == size).ToHashSet()).ToArray();
        var words = sets.SelectMany(set => set.Words).ToHashSet();
        var pairs = bySize[2].SelectMany(set => set.ProperSubsets).Where(set => set.Count == 2).ToHashSet();
        for (var caption = 0; caption < captions.Count; caption++)
        {
            var used = Only(captions[caption], words.Contains);
            for (var size = 1; size <= Math.Min(3, used.Length); size++)
            {
                if (bySize[size - 1].Count == 0) continue;
                WordSet.ForEach(used, size, pairs, set =>
                {
                    if (bySize[set.Count - 1].Contains(set)) found(caption, set);
                });
            }
        }
    }

    // Every set of one to three of the words, for every family: those that were never looked at count with a p-value of 1, which errs on the safe side.
    private double Tests()
    {
        var words = (double)_isUsed.Count(used => used);
        return _families.Length * (words + words * (words - 1) / 2 + words * (words - 1) * (words - 2) / 6);
    }

    private static int[] Only(ReadOnlySpan<int> words, Predicate<int> wanted)
    {
        var some = new List<int>(words.Length);
        foreach (var word in words)
            if (wanted(word)) some.Add(word);
        return [.. some];
    }

    private static int Count(Range range) => range.End.Value - range.Start.Value;
}
