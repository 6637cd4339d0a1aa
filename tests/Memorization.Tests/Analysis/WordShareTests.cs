using Memorization.Analysis;
using Memorization.Configuration;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Analysis;

public sealed class WordShareTests
{
    private static readonly string[][] Asked = [["almond", "blossoming"], ["almond"], ["sunflower"], ["van", "gogh"], ["qab"], ["qac", "the"], ["poster"], ["1882"], ["nowhere"], ["almond", "nowhere"]];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_number_is_what_LINQ_gives_with_and_without_rows_left_out(ulong seed)
    {
        var rows = MadeCaptions.Rows(seed);
        var naive = new NaiveStudy(rows);
        foreach (var without in new string[][][] { [], [["van", "gogh"]], [["van", "gogh"], ["qab"], ["absent"]] })
        {
            var analysis = await PlanarStore.AnalyzeAsync(rows, options => options with { Words = [.. Asked.Select(set => string.Join(' ', set))], Without = [.. without.Select(set => string.Join(' ', set))] });

            foreach (var (share, asked) in analysis.Shares.Zip(Asked)) ShouldBeWhatLinqGives(share, naive, asked, without);
        }
    }

    // Three images in a chain: the ends are linked through the middle one alone, which lacks the word.
    [Fact]
    public async Task Without_the_image_that_links_them_the_rows_of_a_family_are_two()
    {
        List<PlanarRow> chain =
        [
            new(1, 1, 0, "almond one"), new(2, 2, 0.4, "bridge"), new(3, 3, 0.8, "almond two"), new(4, 3, 0.8, "almond three"),
            new(5, 5, 2.5, "almond elsewhere"),
        ];
        var analysis = await PlanarStore.AnalyzeAsync(chain, options => options with { Words = ["almond", "bridge"] });

        analysis.Families.ShouldHaveSingleItem().Size.ShouldBe(4);
        var almond = analysis.Shares[0];
        (almond.Rows, almond.Families, almond.LargestRows, almond.Share).ShouldBe((4, 3, 2, 0.5));
        almond.LargestFamily.ShouldBe(analysis.Families[0].Family);

        // With the bridge in, all are one.
        chain[1] = chain[1] with { Caption = "almond bridge" };
        (await PlanarStore.AnalyzeAsync(chain, options => options with { Words = ["almond"] })).Shares[0].LargestRows.ShouldBe(4);
    }

    // 52 of 100 rows of one image, 10 more without an image: 52 %, of all 110 between 52 and 62.
    [Fact]
    public async Task A_planted_share_is_exact_and_images_that_are_missing_bound_it()
    {
        var rows = Enumerable.Range(1, 110).Select(number => new PlanarRow(number, number <= 52 ? 1 : number, number <= 52 ? 0 : 1.2 + 0.04 * (number - 52), $"almond blossoming {(number % 3 > 0 ? "van gogh" : "japan")}")
        {
            IsMissing = number > 100,
        });
        var share = (await PlanarStore.AnalyzeAsync(rows, options => options with { Words = ["Blossoming ALMOND"] })).Shares.ShouldHaveSingleItem();

        (share.Rows, share.Missing, share.Share).ShouldBe((100, 10, 0.52));
        (share.ShareIfMissingDiffer, share.ShareIfMissingSame).ShouldBe((52 / 110.0, 62 / 110.0));
        (Math.Round(share.Low, 3), Math.Round(share.High, 3)).ShouldBe((0.423, 0.615)); // Wilson's by hand: (0.52 + 1.9207/100 ± 1.96 √(0.2496/100 + 3.8415/40000)) / 1.0384
    }

    [Fact]
    public async Task Without_words_of_its_own_the_keywords_are_asked_for_and_without_these_nothing()
    {
        List<PlanarRow> rows = [new(1, 1, 0, "van gogh"), new(2, 2, 3, "else")];

        (await PlanarStore.AnalyzeAsync(rows)).Shares.ShouldHaveSingleItem().Words.ShouldBe(["van", "gogh"]);
        (await PlanarStore.AnalyzeAsync(rows, study: PlanarStore.Study with { Keywords = [] })).Shares.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("!!", "analysis.words: \"!!\" has no word to look for; name one or more, such as \"almond blossoming\"")]
    [InlineData("of the", "analysis.words: \"of the\" has only words that stand in captions of all kinds; add one that says what is seen")]
    public void A_set_that_asks_for_nothing_is_refused_when_the_study_is_read(string words, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("study.json"), $$"""{ "analysis": { "words": ["{{words}}"] } }""");

        Should.Throw<SetupException>(() => StudyFile.Load(folder.File("study.json"), [], [])).Message.ShouldBe($"{folder.File("study.json")}: {message}");
        new AnalysisOptions { Without = [words] }.Contradiction().ShouldNotBeNull().ShouldStartWith("without: ");
        new AnalysisOptions { Words = ["the night"], Without = ["van gogh"] }.Contradiction().ShouldBeNull();
    }

    private static void ShouldBeWhatLinqGives(WordShare share, NaiveStudy naive, string[] asked, string[][] without)
    {
        bool Counts(PlanarRow row) => NaiveStudy.HasAll(asked, row) && !without.Any(set => NaiveStudy.HasAll(set, row));
        var (rows, missing) = (naive.Rows.Where(Counts).ToList(), naive.Missing.Count(Counts));
        var families = NaiveStudy.Components(rows, PlanarStore.Threshold);
        var largest = families.Count == 0 ? 0 : families.Max(family => family.Count);
        var rooted = rows.Count(row => NaiveStudy.IsRooted(naive.FamilyOf(row)));

        share.Words.ShouldBe(asked);
        (share.Rows, share.Families, share.LargestRows, share.KeywordRows, share.Missing).ShouldBe((rows.Count, families.Count, largest, rooted, missing));
        Close(share.Share, largest, rows.Count);
        Close(share.KeywordShare, rooted, rows.Count);
        Close(share.ShareIfMissingDiffer, largest, rows.Count + missing);
        Close(share.ShareIfMissingSame, largest + missing, rows.Count + missing);
        Close(share.KeywordShareIfMissingDiffer, rooted, rows.Count + missing);
        Close(share.KeywordShareIfMissingSame, rooted + missing, rows.Count + missing);
        ShouldBeWilsons(share.Low, share.High, largest, rows.Count);
        ShouldBeWilsons(share.KeywordLow, share.KeywordHigh, rooted, rows.Count);
        if (rows.Count == 0) share.LargestFamily.ShouldBeNull();
        else families.Where(family => family.Count == largest).Select(family => naive.FamilyOf(family[0]).Id).ShouldContain(share.LargestFamily!);
    }

    private static void Close(double? actual, int part, int all)
    {
        if (all == 0) actual.ShouldBeNull();
        else actual.ShouldNotBeNull().ShouldBe((double)part / all, 1e-12);
    }

    private static void ShouldBeWilsons(double low, double high, int part, int all)
    {
        var (z2, p) = (1.959963984540054 * 1.959963984540054, (double)part / all);
        var root = all == 0 ? 0 : Math.Sqrt(z2 * (z2 + 4 * part * (1 - p))); // the roots of n (p̂ − p)² = z² p (1 − p)
        low.ShouldBe(all == 0 ? 0 : (2 * part + z2 - root) / (2 * (all + z2)), 1e-9);
        high.ShouldBe(all == 0 ? 1 : (2 * part + z2 + root) / (2 * (all + z2)), 1e-9);
    }
}
