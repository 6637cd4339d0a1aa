using System.Text.Json;
using Memorization.Analysis;
using Memorization.Report;
using Memorization.Store;
using Memorization.Tests.Report;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Analysis;

/// <summary>Studies that are empty, tiny or strange: every number is one, and JSON, CSV and Parquet take it.</summary>
public sealed class AnalysisEdgeTests
{
    private static readonly Func<AnalysisOptions, AnalysisOptions> Loose = options => options with { TriggerRows = 2, Words = ["almond", "向日葵"] };

    [Fact]
    public async Task A_study_without_rows_has_empty_tables()
    {
        var analysis = await AnalyzeAsync([]);

        (analysis.Rows, analysis.Texts, analysis.Words, analysis.Families.Count, analysis.Triggers.Count, analysis.Sweep.Count, analysis.SecondOpinions.Count).ShouldBe((0, 0, 0, 0, 0, 0, 0));
        (analysis.Shares[0].Rows, analysis.Shares[0].Share, analysis.Shares[0].Low, analysis.Shares[0].High).ShouldBe((0, null, 0, 1));
    }

    [Fact]
    public async Task Rows_without_an_image_are_missing_and_nothing_else()
    {
        var analysis = await AnalyzeAsync([new(1, 1, 0, "almond") { IsMissing = true }]);

        (analysis.Rows, analysis.Missing, analysis.Words, analysis.Shares[0].Missing, analysis.Shares[0].ShareIfMissingDiffer, analysis.Shares[0].ShareIfMissingSame).ShouldBe((0, 1, 0, 1, 0, 1));
    }

    [Fact]
    public async Task One_row_is_a_share_of_one_and_no_family_of_two()
    {
        var analysis = await AnalyzeAsync([new(1, 1, 0, "almond")]);

        (analysis.Shares[0].Share, analysis.Families.Count, analysis.Sweep.All(step => step.Agreement == 1)).ShouldBe((1, 0, true));
    }

    [Fact]
    public async Task Of_one_family_with_everything_no_word_is_a_mark()
    {
        var analysis = await AnalyzeAsync([.. Enumerable.Range(1, 30).Select(number => new PlanarRow(number, number, 0.01 * number, $"almond van gogh {(number % 2 == 0 ? "red" : "blue")} w{number}"))]);

        var family = analysis.Families.ShouldHaveSingleItem();
        (family.Share, family.Marks.Count, family.Words.All(word => word.P == 1 && word.Q == 1 && word.Pmi == 0)).ShouldBe((1, 0, true));
        analysis.Triggers.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("!!! …")]
    [InlineData("almond")]
    public async Task Captions_without_a_word_or_with_one_alone_give_finite_numbers(string caption) =>
        (await AnalyzeAsync([.. Enumerable.Range(1, 12).Select(number => new PlanarRow(number, number, number > 6 ? 2 : 0, caption))])).Families.Count.ShouldBe(2);

    [Fact]
    public async Task A_study_without_keywords_has_all_rows_rooted()
    {
        var analysis = await AnalyzeAsync([new(1, 1, 0, "almond"), new(2, 2, 0, "almond")], keywords: []);

        (analysis.Families[0].KeywordRows, analysis.Families[0].IsRooted, analysis.Shares[0].KeywordShare).ShouldBe((2, true, 1));
    }

    [Fact]
    public async Task Chinese_captions_are_words_by_the_character_and_emoji_are_none()
    {
        var analysis = await AnalyzeAsync(
        [
            new(1, 1, 0, "梵高 向日葵 🌻"), new(2, 2, 0, "向日葵"), new(3, 3, 0, "🌻 sunflower 🌻"), new(4, 4, 3, "星夜"),
        ]);

        var share = analysis.Shares[1];
        (share.Words.Count, share.Rows, share.Share).ShouldBe((3, 2, 1));
        analysis.Families.ShouldHaveSingleItem().Words.Select(word => word.Word).ShouldBe(["日", "葵", "向", "sunflower", "梵", "高"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_store_of_the_first_format_has_families_without_stars()
    {
        using var store = new MadeStore();
        await store.WriteAsync([new(1, 1, 1) { Caption = "almond" }, new(2, 2, 1) { Caption = "almond" }, new(3, 5, 2)]);
        using var database = await store.OpenAsync();
        var family = StudyAnalysis.Compute(database, store.Study).Families.ShouldHaveSingleItem();

        (family.Stars, family.LargestStar, family.LeastSimilarity).ShouldBe((null, null, null));
        family.MedianSimilarity!.Value.ShouldBe(Math.Cos(0.5), 1e-3);
    }

    private static async Task<StudyAnalysis> AnalyzeAsync(List<PlanarRow> rows, string[]? keywords = null)
    {
        var analysis = await PlanarStore.AnalyzeAsync(rows, Loose, keywords is null ? null : PlanarStore.Study with { Keywords = keywords });
        JsonSerializer.Serialize(analysis, JsonOutput.Indented).ShouldNotBeEmpty(); // throws at what is not a finite number
        using var folder = new TemporaryFolder();
        await AnalysisTables.WriteAsync(analysis, folder.Path);
        Directory.GetFiles(folder.Path).Length.ShouldBe(14);
        return analysis;
    }
}
