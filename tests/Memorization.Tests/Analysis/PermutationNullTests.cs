using System.Globalization;
using Memorization.Analysis;
using Memorization.Clustering;
using Memorization.Statistics;
using Memorization.Tests.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Analysis;

public sealed class PermutationNullTests
{
    private static readonly AnalysisOptions Options = new() { Permutations = 99, Seed = 7 };
    private static readonly string[] Captions = MakeCaptions();
    private static readonly CaptionCorpus Corpus = MakeCorpus(Captions);

    [Fact]
    public void The_same_seed_draws_the_same_in_any_company_and_another_seed_another()
    {
        var together = PermutationNull.Draw(Corpus, [30, 5, 12, 40, 2], Options);
        foreach (var size in (int[])[2, 5, 12, 30, 40])
        {
            var alone = PermutationNull.Draw(Corpus, [size], Options);
            foreach (var z in Levels) alone.P(size, z).ShouldBe(together.P(size, z));
            alone.Quantile95(size).ShouldBe(together.Quantile95(size));
        }

        PermutationNull.Draw(Corpus, [30], Options with { Seed = 8 }).Quantile95(30).ShouldNotBe(together.Quantile95(30));
    }

    [Fact]
    public void No_p_value_is_0_they_fall_with_z_and_only_one_draw_in_twenty_exceeds_the_quantile()
    {
        var drawn = PermutationNull.Draw(Corpus, [12], Options);

        drawn.P(12, 1e9).ShouldBe(0.01);
        drawn.P(12, double.NegativeInfinity).ShouldBe(1);
        Levels.Select(z => drawn.P(12, z)).ShouldBe(Levels.Select(z => drawn.P(12, z)).OrderDescending());
        drawn.P(12, Math.BitIncrement(drawn.Quantile95(12))).ShouldBeLessThanOrEqualTo((1 + 4) / 100.0);
        drawn.P(12, drawn.Quantile95(12)).ShouldBeGreaterThanOrEqualTo((1 + 5) / 100.0);
        drawn.Draws(12).ShouldBe(99);
    }

    // Another generator, another way to draw, the z-values by their formula.
    [Fact]
    public void The_draws_are_those_of_a_plain_shuffle()
    {
        const int texts = 12, draws = 2000;
        var random = new SplitMix64(12345);
        var sets = Captions.Select(caption => caption.Split(' ').Distinct().ToArray()).ToList();
        var all = sets.SelectMany(set => set).CountBy(word => word).ToDictionary();
        double total = sets.Sum(set => set.Length);
        var highest = Enumerable.Range(0, draws).Select(_ =>
        {
            var some = sets.Select(set => (Order: random.Next(), Set: set)).OrderBy(pair => pair.Order).Take(texts).SelectMany(pair => pair.Set).ToList();
            return some.CountBy(word => word).Max(word =>
            {
                var prior = 1000 * all[word.Key] / total;
                double inside = word.Value + prior, outside = all[word.Key] - word.Value + prior;
                return (Math.Log(inside / (some.Count + 1000 - inside)) - Math.Log(outside / (total - some.Count + 1000 - outside))) / Math.Sqrt(1 / inside + 1 / outside);
            });
        }).ToList();
        var drawn = PermutationNull.Draw(Corpus, [texts], Options with { Permutations = 2000 });

        foreach (var z in Levels) drawn.P(texts, z).ShouldBe(highest.Count(value => value >= z) / (double)draws, 0.06); // four standard deviations of the difference
    }

    [Fact]
    public void Sets_of_every_text_have_one_value_and_texts_without_words_have_0()
    {
        var whole = PermutationNull.Draw(Corpus, [Captions.Length], Options);
        whole.P(Captions.Length, whole.Quantile95(Captions.Length)).ShouldBe(1);

        PermutationNull.Draw(MakeCorpus(["!", "?", "…"]), [1], Options).Quantile95(1).ShouldBe(0);
    }

    private static IEnumerable<double> Levels => Enumerable.Range(0, 20).Select(i => 0.2 * i);

    private static string[] MakeCaptions()
    {
        var random = new SplitMix64(3);
        return [.. Enumerable.Range(0, 60).Select(_ => string.Join(' ', Enumerable.Range(0, 5).Select(_ => MadeCaptions.Zipf(random, 40))))];
    }

    // Each row a family: each caption a text.
    private static CaptionCorpus MakeCorpus(string[] captions) => CaptionCorpus.Of(
        captions.Select((caption, i) => new CaptionRow(i.ToString("D4", CultureInfo.InvariantCulture), caption, "host.test", ContentKey.Parse(MadeRows.Content(i)))),
        [],
        [],
        Options with { TemplateCaptions = 1000 });
}
