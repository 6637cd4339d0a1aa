using Memorization.Analysis;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Analysis;

public sealed class TriggerMiningTests
{
    private const int LeastRows = 4;
    private const double LeastShare = 0.2, Rate = 0.3;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task The_triggers_are_those_of_a_search_through_all_sets_with_its_numbers(ulong seed)
    {
        var rows = MadeCaptions.Rows(seed, 300);
        var naive = new NaiveStudy(rows);
        var triggers = (await PlanarStore.AnalyzeAsync(rows, options => options with { TriggerRows = LeastRows, TriggerShare = LeastShare, FalseDiscoveryRate = Rate, TriggersPerFamily = 1000 })).Triggers;
        var used = naive.Rows.SelectMany(row => NaiveStudy.WordsOf(row).Distinct()).CountBy(word => word)
            .Where(word => word.Value >= LeastRows && word.Key is not ("van" or "gogh") && !NaiveStudy.IsStopWord(word.Key)).Select(word => word.Key).Order(StringComparer.Ordinal).ToList();
        var families = naive.Families.Where(family => family.Rows.Count >= LeastRows).ToList();
        var expected = families.SelectMany(family => Search(naive, family, used).Select(set => (Key: $"{family.Id} {string.Join(' ', set)}", Family: family, Set: set))).ToList();

        var keys = triggers.Select(trigger => $"{trigger.Family} {string.Join(' ', trigger.Words)}").ToList();
        keys.Except(expected.Select(found => found.Key)).ShouldBeEmpty();
        expected.Select(found => found.Key).Except(keys).ShouldBeEmpty();
        keys.Count.ShouldBe(expected.Count);
        keys.ShouldContain($"{families.Single(family => family.Rows.Any(row => row.Image / 10 == 1)).Id} almond blossoming");
        keys.ShouldContain($"{families.Single(family => family.Rows.Any(row => row.Image / 10 == 2)).Id} cup red table");
        var tests = families.Count * (used.Count + used.Count * (used.Count - 1) / 2.0 + used.Count * (used.Count - 1) * (used.Count - 2) / 6.0);
        var ps = expected.ConvertAll(found => P(naive, found.Family, found.Set));
        foreach (var trigger in triggers)
        {
            var (_, family, set) = expected.Single(found => found.Key == $"{trigger.Family} {string.Join(' ', trigger.Words)}");
            var (inFamily, all) = (Rows(family.Rows, set), Rows(naive.Rows, set));
            (trigger.Rows, trigger.FamilyRows, trigger.Texts, trigger.FamilyTexts).ShouldBe((all, inFamily, Texts(naive.Texts, set), Texts(family.Texts, set)));
            trigger.Share.ShouldBe((double)inFamily / all, 1e-12);
            trigger.Lift.ShouldBe((double)inFamily / all / ((double)family.Rows.Count / naive.Rows.Count), 1e-9);
            trigger.KeywordShare.ShouldBe(naive.Rows.Where(row => NaiveStudy.HasAll(set, row)).Average(row => NaiveStudy.IsRooted(naive.FamilyOf(row)) ? 1.0 : 0), 1e-9);
            trigger.P.ShouldBe(P(naive, family, set), 1e-9);
            trigger.Q.ShouldBe(Math.Min(1, ps.Where(p => p >= trigger.P - 1e-12).Min(p => p * tests / ps.Count(other => other <= p + 1e-12))), 1e-6);
            var wilson = new Memorization.Statistics.Proportion(inFamily, all).Wilson();
            (trigger.Low, trigger.High).ShouldBe((wilson.Low, wilson.High));
        }

        triggers.Select(trigger => trigger.Q <= Rate).ShouldBe(triggers.Select(trigger => trigger.Q <= Rate).OrderDescending());
        foreach (var half in triggers.GroupBy(trigger => trigger.Q <= Rate)) half.Select(trigger => trigger.Low).ShouldBe(half.Select(trigger => trigger.Low).OrderDescending());
    }

    [Fact]
    public async Task So_many_are_listed_for_a_family_and_a_family_with_too_few_rows_has_none()
    {
        var rows = MadeCaptions.Rows(1, 300);

        var triggers = (await PlanarStore.AnalyzeAsync(rows, options => options with { TriggerRows = LeastRows, TriggersPerFamily = 2 })).Triggers;
        triggers.CountBy(trigger => trigger.Family).ShouldAllBe(family => family.Value <= 2);
        triggers.ShouldNotBeEmpty();
        (await PlanarStore.AnalyzeAsync(rows, options => options with { TriggerRows = 301 })).Triggers.ShouldBeEmpty();
    }

    // Level by level over every set of the words: a set is tried if enough rows of the family have it and all smaller ones are open, listed if its share is high and higher than that of each
    // smaller one, and open if a larger one could be higher still.
    private static List<string[]> Search(NaiveStudy naive, NaiveFamily family, List<string> used)
    {
        List<string[]> listed = [];
        HashSet<string> open = [];
        for (var size = 1; size <= 3; size++)
        {
            var tried = Sets(used, size).Where(set => Rows(family.Rows, set) >= LeastRows && Subsets(set).All(subset => open.Contains(string.Join(' ', subset)))).ToList();
            foreach (var set in tried)
            {
                var (inFamily, all) = (Rows(family.Rows, set), Rows(naive.Rows, set));
                if (inFamily >= LeastShare * all && NaiveStudy.Fisher(inFamily, family.Rows.Count, all, naive.Rows.Count) <= Rate
                    && Subsets(set).All(subset => NaiveStudy.Fisher(inFamily, all, Rows(family.Rows, subset), Rows(naive.Rows, subset)) <= Rate / tried.Count)) listed.Add(set);
                if (NaiveStudy.Fisher(inFamily, inFamily, inFamily, all) <= Rate / tried.Count) open.Add(string.Join(' ', set));
            }
        }

        return listed;
    }

    private static double P(NaiveStudy naive, NaiveFamily family, string[] set) => Subsets(set).Select(subset =>
        (Rows(family.Rows, subset), Rows(naive.Rows, subset), Texts(family.Texts, subset), Texts(naive.Texts, subset)))
        .Append((family.Rows.Count, naive.Rows.Count, family.Texts.Count, naive.Texts.Count))
        .Max(among => Math.Max(
            NaiveStudy.Fisher(Rows(family.Rows, set), Rows(naive.Rows, set), among.Item1, among.Item2), NaiveStudy.Fisher(Texts(family.Texts, set), Texts(naive.Texts, set), among.Item3, among.Item4)));

    private static IEnumerable<string[]> Sets(List<string> words, int size) => size == 1
        ? words.Select(word => new[] { word })
        : Sets(words, size - 1).SelectMany(set => words.Where(word => string.CompareOrdinal(word, set[^1]) > 0).Select(word => (string[])[.. set, word]));

    private static IEnumerable<string[]> Subsets(string[] set) => Enumerable.Range(1, (1 << set.Length) - 2).Select(bits => set.Where((_, i) => (bits >> i & 1) == 1).ToArray());

    private static int Rows(List<PlanarRow> rows, string[] set) => rows.Count(row => NaiveStudy.HasAll(set, row));

    private static int Texts(List<HashSet<string>> texts, string[] set) => texts.Count(text => set.All(text.Contains));
}
