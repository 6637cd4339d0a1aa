using System.Globalization;
using Memorization.Analysis;
using Memorization.Clustering;
using Memorization.Statistics;
using Memorization.Tests.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Analysis;

/// <summary>Worlds in which it is known which words lead to which family, through the whole analysis of words.</summary>
public sealed class FalseDiscoverySimulationTests
{
    private const int Worlds = 60;

    // Of 60 worlds without anything to find, at a rate of 5 %, more than 7 with a discovery come about once in a hundred times by chance.
    private const int MostWorlds = 7;

    private static readonly int[] Sizes = [120, 60, 40, 30, 20, 15, 10, 10, 5, 5, 5, 3, 3, 2, 2];
    private static readonly AnalysisOptions Options = new() { Permutations = 19, TriggerRows = 5, TriggerShare = 0.05 };

    [Fact]
    public void Words_independent_of_families_are_discoveries_no_more_often_than_the_stated_rate() =>
        ShouldKeepTheRate((random, _) => (Words(random), $"host{random.Below(50)}.test"));

    // In large families they collapse to one text, in single images they do not: what else stands in large families must not seem to mark them.
    [Fact]
    public void Nor_are_they_where_one_caption_is_half_of_all() =>
        ShouldKeepTheRate((random, _) => (random.Below(2) == 0 ? "free poster of the week" : Words(random), $"host{random.Below(50)}.test"));

    // Each shop's rows are one decision, half of a family's rows with a frame that no other has and words that vary: not even the frame is evidence.
    [Fact]
    public void Nor_are_they_where_half_of_a_family_s_rows_are_one_shop_s_template() => ShouldKeepTheRate((random, row) => row.Place % 2 == 0 && row.Family < 5
        ? ($"shaw{row.Family} floors carpet {Words(random)}", $"shop{row.Family}.test")
        : (Words(random), $"host{random.Below(50)}.test"));

    [Fact]
    public void Nor_are_they_where_ten_shops_with_templates_sell_everything() => ShouldKeepTheRate((random, _) => random.Below(2) == 0
        ? ($"buy shop{random.Below(10)} here {Words(random)}", "shop.test")
        : (Words(random), $"host{random.Below(50)}.test"));

    [Fact]
    public void Planted_words_pairs_and_triples_come_first_and_false_ones_among_the_discoveries_keep_the_rate()
    {
        var (words, triggers) = (new List<double>(), new List<double>());
        for (var world = 0; world < 12; world++)
        {
            var corpus = Corpus(world, (random, row) => (Planted(random, row.Family), $"host{random.Below(50)}.test"));
            var found = TriggerMining.Find(corpus, Options);
            string Family(int family) => corpus.Families[family];

            found.Take(3).Select(trigger => (trigger.Family, string.Join(' ', trigger.Words)))
                .ShouldBe([(Family(0), "almond"), (Family(1), "blossoming branch"), (Family(2), "cup red table")], ignoreOrder: true, $"world {world}");
            found.Take(3).ShouldAllBe(trigger => trigger.Q <= Options.FalseDiscoveryRate);
            triggers.Add(False(found.Where(trigger => trigger.Q <= Options.FalseDiscoveryRate), trigger => !trigger.Words.All(IsPlanted)));

            var marks = new FamilyWords(corpus, [.. Enumerable.Range(0, Sizes.Length)], Options with { WordsPerFamily = 1000 }).Lists();
            marks[0].Marking[0].Word.ShouldBe("almond");
            marks[0].Marking[0].PermutationP.ShouldBe(1 / 20.0);
            marks[1].Marking.Take(2).Select(mark => mark.Word).ShouldBe(["blossoming", "branch"], ignoreOrder: true);
            marks[2].Marking.Take(3).Select(mark => mark.Word).ShouldBe(["cup", "red", "table"], ignoreOrder: true);
            words.Add(False(marks.SelectMany((family, i) => family.Marking.Select(mark => (Family: i, mark.Word))), mark => !IsPlanted(mark.Word) || mark.Family > 2));
        }

        // Of a mean of 12: the rate and two standard deviations of what was seen.
        words.Average().ShouldBeLessThan(0.05 + 2 * Deviation(words));
        triggers.Average().ShouldBeLessThan(0.05 + 2 * Deviation(triggers));
    }

    private static void ShouldKeepTheRate(Func<SplitMix64, (int Family, int Place), (string Caption, string Host)> caption)
    {
        var (words, triggers) = (0, 0);
        Parallel.For(0, Worlds, world =>
        {
            var corpus = Corpus(world, caption);
            if (new FamilyWords(corpus, [.. Enumerable.Range(0, Sizes.Length)], Options).Lists().Any(family => family.Marking.Count > 0)) Interlocked.Increment(ref words);
            if (TriggerMining.Find(corpus, Options).Any(trigger => trigger.Q <= Options.FalseDiscoveryRate)) Interlocked.Increment(ref triggers);
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"of {Worlds} worlds {words} had a word and {triggers} a trigger that were none");
        words.ShouldBeLessThanOrEqualTo(MostWorlds);
        triggers.ShouldBeLessThanOrEqualTo(MostWorlds);
    }

    // Fifteen families and 270 single images.
    private static CaptionCorpus Corpus(int world, Func<SplitMix64, (int Family, int Place), (string Caption, string Host)> caption)
    {
        var random = new SplitMix64((ulong)world);
        var number = 0;
        var rows = Enumerable.Range(0, Sizes.Length + 270).SelectMany(family => Enumerable.Range(0, family < Sizes.Length ? Sizes[family] : 1).Select(place =>
        {
            var (text, host) = caption(random, (family, place));
            return new CaptionRow(family.ToString("D4", CultureInfo.InvariantCulture), text, host, ContentKey.Parse(MadeRows.Content(number++)));
        }));
        return CaptionCorpus.Of(rows, [], [], Options);
    }

    private static string Words(SplitMix64 random) => string.Join(' ', Enumerable.Range(0, 3 + random.Below(6)).Select(_ => MadeCaptions.Zipf(random, 300)));

    // The first family has a word, the second a pair whose words stand alone elsewhere, the third a triple whose pairs do.
    private static string Planted(SplitMix64 random, int family)
    {
        var planted = (family, random.Below(100)) switch
        {
            (0, < 60) => "almond",
            (1, < 60) => "blossoming branch",
            (2, < 80) => "red cup table",
            (not (0 or 1 or 2), < 2) => "almond",
            (not 1, >= 10 and < 18) => "blossoming",
            (not 1, >= 18 and < 26) => "branch",
            (not 2, >= 30 and < 37) => "red cup",
            (not 2, >= 37 and < 44) => "red table",
            (not 2, >= 44 and < 51) => "cup table",
            _ => "",
        };
        return $"{Words(random)} {planted}";
    }

    private static bool IsPlanted(string word) => word is "almond" or "blossoming" or "branch" or "red" or "cup" or "table";

    private static double False<T>(IEnumerable<T> found, Func<T, bool> isFalse)
    {
        var all = found.ToList();
        return all.Count == 0 ? 0 : (double)all.Count(isFalse) / all.Count;
    }

    private static double Deviation(List<double> values) => Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)) / values.Count);
}
