using Memorization.Statistics;

namespace Memorization.Analysis;

/// <summary>What the highest z of a family's words is if the family is any texts, drawn at random: the null that no formula is needed for.</summary>
/// <remarks>
/// The largest over a family's words is compared, so that the probability holds for all of them together (Westfall and Young 1993). It depends on the number of
/// texts alone and is drawn once for each up to 32, and for larger ones once for all numbers that differ by less than 5 % from one of the ladder 32·1.1ⁿ; the same seed gives the same draws on any number of threads. Texts are what is exchanged: captions that are repeated in
/// many families count once in each of them, so that where these are a large part of the study the test over rows is the one to trust. Thread-safe.
/// </remarks>
internal sealed class PermutationNull
{
    // Sets of many texts vary little: they are drawn less often, and what they would cost is bounded.
    private const int MostTexts = 2_000_000, FewestDraws = 19;

    /// <summary>Texts up to which every number of texts has draws of its own.</summary>
    public const int LadderStart = 32;
    private const double LadderStep = 1.1;

    private readonly Dictionary<int, double[]> _highest;
    private readonly int _most;

    private PermutationNull(Dictionary<int, double[]> highest, int most) => (_highest, _most) = (highest, most);

    /// <summary>Draws for each size.</summary>
    /// <param name="corpus">The texts to draw from.</param>
    /// <param name="sizes">Numbers of texts.</param>
    /// <param name="options">How often, and the seed.</param>
    public static PermutationNull Draw(CaptionCorpus corpus, IEnumerable<int> sizes, AnalysisOptions options)
    {
        var distinct = sizes.Select(size => Math.Min(Rung(size), corpus.Texts.Count)).Distinct().OrderDescending().ToArray();
        var drawn = new double[distinct.Length][];
        Parallel.For(0, distinct.Length, () => (Counts: new WordCounts(corpus.Words.Count), Deck: Enumerable.Range(0, corpus.Texts.Count).ToArray()), (i, _, own) =>
        {
            // The deck as it was, so that what is drawn does not depend on which thread drew before.
            for (var text = 0; text < own.Deck.Length; text++) own.Deck[text] = text;
            var random = new SplitMix64(((ulong)options.Seed << 32) ^ (ulong)distinct[i]);
            var times = Math.Clamp(MostTexts / distinct[i], Math.Min(FewestDraws, options.Permutations), options.Permutations);
            drawn[i] = [.. Enumerable.Range(0, times).Select(_ => Highest(corpus, distinct[i], random, own.Deck, own.Counts)).Order()];
            return own;
        }, _ => { });
        return new PermutationNull(distinct.Zip(drawn).ToDictionary(pair => pair.First, pair => pair.Second), corpus.Texts.Count);
    }

    /// <summary>How often sets of so many texts were drawn.</summary>
    public int Draws(int texts) => Of(texts).Length;

    /// <summary>The highest z that only one in twenty random sets of so many texts exceeds.</summary>
    public double Quantile95(int texts) => Of(texts)[(int)Math.Ceiling(0.95 * Of(texts).Length) - 1];

    /// <summary>The probability that the highest z of so many random texts is at least this: (1 + such draws) / (1 + draws), never 0.</summary>
    public double P(int texts, double z)
    {
        var highest = Of(texts);
        var below = Array.BinarySearch(highest, z);
        if (below < 0) below = ~below;
        else while (below > 0 && highest[below - 1] == z) below--;
        return (1.0 + highest.Length - below) / (1 + highest.Length);
    }

    private double[] Of(int texts) => _highest[Math.Min(Rung(texts), _most)];

    private static int Rung(int texts) => texts <= LadderStart
        ? texts
        : (int)Math.Round(LadderStart * Math.Pow(LadderStep, Math.Round(Math.Log((double)texts / LadderStart, LadderStep))));

    // The first places of a shuffle that goes on from the one before.
    private static double Highest(CaptionCorpus corpus, int texts, SplitMix64 random, int[] deck, WordCounts counts)
    {
        var words = 0;
        for (var i = 0; i < texts; i++)
        {
            var j = i + random.Below(deck.Length - i);
            (deck[i], deck[j]) = (deck[j], deck[i]);
            counts.Add(corpus.Texts[deck[i]]);
            words += corpus.Texts[deck[i]].Length;
        }

        var highest = 0.0; // of texts without a word as well
        foreach (var word in counts.Met)
        {
            var (inside, all) = (counts[word], corpus.TextFrequencies[word]);
            highest = Math.Max(highest, LogOdds.Of((inside, words), (all - inside, corpus.Texts.Total - words)).Z);
        }

        counts.Clear();
        return highest;
    }
}
