using Memorization.Analysis;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Analysis;

/// <summary>Table 1 beside what plain LINQ gives.</summary>
public sealed class TableOneTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_column_is_what_LINQ_gives(ulong seed)
    {
        var rows = MadeCaptions.Rows(seed);
        var naive = new NaiveStudy(rows);
        var analysis = await PlanarStore.AnalyzeAsync(rows);

        analysis.Rows.ShouldBe(naive.Rows.Count);
        analysis.Missing.ShouldBe(naive.Missing.Count);
        analysis.Missing.ShouldBeGreaterThan(0);
        analysis.Texts.ShouldBe(naive.Texts.Count);
        analysis.Words.ShouldBe(naive.Rows.SelectMany(NaiveStudy.WordsOf).Distinct().Count());
        var families = naive.Families.Where(family => family.Rows.Count >= 2).ToList();
        analysis.Families.Select(family => (family.Family, family.Size)).ShouldBe(families.Select(family => (family.Id, (long)family.Rows.Count)));
        foreach (var (summary, family) in analysis.Families.Zip(families))
        {
            var images = family.Rows.DistinctBy(row => row.Content).ToList();
            var pairs = images.SelectMany((row, i) => images.Take(i).Select(row.Similarity)).Order().ToList();
            summary.Contents.ShouldBe(images.Count);
            summary.Share.ShouldBe((double)family.Rows.Count / naive.Rows.Count, 1e-12);
            summary.Texts.ShouldBe(family.Texts.Count);
            summary.Captions.ShouldBe(family.Rows.DistinctBy(row => row.Caption).Count());
            summary.Urls.ShouldBe(family.Rows.DistinctBy(row => row.Url).Count());
            summary.Hosts.ShouldBe(family.Rows.DistinctBy(row => row.Host).Count());
            summary.KeywordRows.ShouldBe(family.Rows.Count(row => NaiveStudy.HasAll(["van", "gogh"], row)));
            summary.IsRooted.ShouldBe(NaiveStudy.IsRooted(family));
            if (pairs.Count == 0) continue;
            summary.LeastSimilarity!.Value.ShouldBe(pairs[0], 1e-9);
            summary.MedianSimilarity!.Value.ShouldBe((pairs[(pairs.Count - 1) / 2] + pairs[pairs.Count / 2]) / 2, 1e-9);
        }

        analysis.Families.ShouldContain(family => family.Texts < family.Captions);
        analysis.Families.ShouldContain(family => family.Captions < family.Size);
    }

    [Fact]
    public async Task Every_word_s_numbers_are_what_LINQ_gives()
    {
        const double rate = 0.2;
        var rows = MadeCaptions.Rows(3);
        var naive = new NaiveStudy(rows);
        var analysis = await PlanarStore.AnalyzeAsync(rows, options => options with { WordsPerFamily = 1000, FalseDiscoveryRate = rate });
        var listed = naive.Families.Where(family => family.Rows.Count >= 2).ToList();
        var vocabulary = naive.Rows.SelectMany(NaiveStudy.WordsOf).Distinct().ToList();
        var tests = listed.SelectMany(family => vocabulary.Select(word => (Family: family, Word: word, Numbers: Of(naive, family, word))))
            .Where(test => test.Numbers.LeastP <= rate).ToList();

        analysis.WordTests.ShouldBe(tests.Count);
        foreach (var (summary, family) in analysis.Families.Zip(listed))
        {
            summary.Words.Select(word => word.Word).ShouldBe(
                family.Rows.SelectMany(row => NaiveStudy.WordsOf(row).Distinct()).CountBy(word => word).OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal).Select(word => word.Key));
            foreach (var word in summary.Words)
            {
                var expected = Of(naive, family, word.Word);
                (word.Count, word.Outside, word.Texts, word.TextsOutside).ShouldBe((expected.Rows, expected.AllRows - expected.Rows, expected.Texts, expected.AllTexts - expected.Texts));
                word.LogOdds.ShouldBe(expected.LogOdds, 1e-9);
                word.Z.ShouldBe(expected.Z, 1e-9);
                word.Pmi.ShouldBe(Math.Log2((double)expected.Texts * naive.Texts.Count / ((double)expected.AllTexts * family.Texts.Count)), 1e-9);
                word.P.ShouldBe(expected.P, 1e-9);
                word.StopWord.ShouldBe(NaiveStudy.IsStopWord(word.Word));
                word.Q.ShouldBe(expected.LeastP > rate ? 1 : Q(expected.P, [.. tests.Select(test => test.Numbers.P)]), 1e-7);
            }

            summary.Marks.Select(mark => mark.Word).ShouldBe(summary.Words.Where(word => word.Q <= rate).OrderByDescending(word => word.Z).ThenBy(word => word.Word, StringComparer.Ordinal).Select(word => word.Word));
        }

        analysis.Families.SelectMany(family => family.Marks).Select(word => word.Word).ShouldContain("sunflower");
    }

    // Each is linked to its neighbours: an inner one leads a star of three images, and the far end is alone. The second image is in two rows.
    [Fact]
    public async Task A_chain_of_four_images_is_two_stars_of_which_one_has_four_of_five_rows()
    {
        var family = (await PlanarStore.AnalyzeAsync([new(1, 1, 0, "a"), new(2, 2, 0.4, "b"), new(3, 2, 0.4, "b"), new(4, 3, 0.8, "c"), new(5, 4, 1.2, "d")])).Families.ShouldHaveSingleItem();

        (family.Size, family.Contents, family.Stars, family.LargestStar).ShouldBe((5, 4, 2, 4));
        family.LeastSimilarity!.Value.ShouldBe(Math.Cos(1.2), 1e-3);
        family.MedianSimilarity!.Value.ShouldBe((Math.Cos(0.4) + Math.Cos(0.8)) / 2, 1e-3); // of three, two and one pairs at 0.4, 0.8 and 1.2 rad
    }

    // Benjamini and Hochberg: the smallest rate p·m/k over this and all larger p-values, k of all m being no larger.
    private static double Q(double p, double[] all) => Math.Min(1, all.Where(other => other >= p - 1e-12).Min(other => other * all.Length / all.Count(least => least <= other + 1e-12)));

    private static (int Rows, int AllRows, int Texts, int AllTexts, double LogOdds, double Z, double P, double LeastP) Of(NaiveStudy naive, NaiveFamily family, string word)
    {
        var (rows, allRows) = (family.Rows.Count(row => NaiveStudy.HasAll([word], row)), naive.Rows.Count(row => NaiveStudy.HasAll([word], row)));
        var (texts, allTexts, all) = (family.Texts.Count(text => text.Contains(word)), naive.Texts.Count(text => text.Contains(word)), naive.Texts.Count);
        double inside = family.Texts.Sum(text => text.Count), outside = naive.Texts.Sum(text => text.Count) - inside;
        var prior = 1000 * allTexts / (inside + outside);
        var logOdds = Math.Log((texts + prior) / (inside + 1000 - texts - prior)) - Math.Log((allTexts - texts + prior) / (outside + 1000 - allTexts + texts - prior));
        return (rows, allRows, texts, allTexts, logOdds, logOdds / Math.Sqrt(1 / (texts + prior) + 1 / (allTexts - texts + prior)),
            Math.Max(NaiveStudy.Fisher(rows, family.Rows.Count, allRows, naive.Rows.Count), NaiveStudy.Fisher(texts, family.Texts.Count, allTexts, all)),
            NaiveStudy.Fisher(Math.Min(family.Texts.Count, allTexts), family.Texts.Count, allTexts, all));
    }
}
