using System.Globalization;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Export;
using Memorization.Tests.Report;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Analysis;

public sealed class DropEffectTests
{
    // Families 1 (six rows, four of them with both words), 2 (two rows) and three rows alone; 1 is rooted in the keyword.
    private static readonly MadeRow[] Rows =
    [
        .. Enumerable.Range(1, 4).Select(i => new MadeRow(i, 10, 1) { Star = 10, Caption = "almond blossoming by van gogh" }),
        new(5, 10, 1) { Star = 10, Caption = "van gogh" }, new(6, 10, 1) { Star = 10, Caption = "van gogh" },
        new(7, 20, 2) { Star = 20, Caption = "an almond tree blossoming" }, new(8, 20, 2) { Star = 20, Caption = "spring" },
        new(9, 30, 3) { Star = 30, Caption = "blossoming almond" }, new(10, 40, 4) { Star = 40, Caption = "almond, not in flower" }, new(11, 50, 5) { Star = 50, Caption = "blossoming almonds, one almond" },
    ];

    [Fact]
    public async Task Dropping_all_but_one_row_of_each_family_changes_what_the_words_lead_to_as_counted_by_hand()
    {
        var drop = await DropAsync(keepPerFamily: 1);

        // Kept: 1, 7, 9, 10, 11. With the words before: 1 to 4, 7, 9, 11, of which four are family 1's; after: 1, 7, 9, 11.
        (drop.RowsPerFamily, drop.Rows, drop.Dropped, drop.Families).ShouldBe((1, 11, 6, 2));
        var words = drop.Words.ShouldHaveSingleItem();
        (words.Rows, words.RowsLeft).ShouldBe((7, 4));
        words.Family.ShouldBe(Store.MadeRows.Content(10));
        (words.Share, words.ShareLeft, words.KeywordShare, words.KeywordShareLeft).ShouldBe((4 / 7.0, 1 / 4.0, 4 / 7.0, 1 / 4.0));
    }

    [Fact]
    public async Task A_family_may_be_seen_more_often()
    {
        var drop = await DropAsync(keepPerFamily: 3);

        (drop.Dropped, drop.Families).ShouldBe((3, 1));
        var words = drop.Words.ShouldHaveSingleItem();
        (words.RowsLeft, words.ShareLeft).ShouldBe((6, 3 / 6.0)); // 1, 2, 3, 7, 9, 11
    }

    [Fact]
    public async Task Words_whose_rows_all_go_have_no_share_left()
    {
        var drop = await DropAsync(keepPerFamily: 1, words: "spring");

        var words = drop.Words.ShouldHaveSingleItem();
        (words.Rows, words.RowsLeft, words.Share).ShouldBe((1, 0, 1.0));
        words.ShareLeft.ShouldBeNull();
        words.KeywordShareLeft.ShouldBeNull();
    }

    [Fact]
    public async Task Leaders_of_all_stars_come_before_a_second_row_of_one()
    {
        using var store = new MadeStore();
        await store.WriteAsync([new(1, 10, 1) { Star = 10 }, new(2, 10, 1) { Star = 10 }, new(3, 10, 1) { Star = 10 }, new(4, 20, 1) { Star = 20 }]);
        using var database = await store.OpenAsync();

        KeepRule.Read(database, 2).ShouldBe([true, false, false, true]);
        KeepRule.Read(database, 3).ShouldBe([true, true, false, true]);
    }

    [Fact]
    public async Task The_list_that_is_exported_is_the_one_whose_effect_was_stated()
    {
        using var store = new MadeStore(Study(2, "almond blossoming"));
        await store.WriteAsync(Rows);
        using var folder = new TemporaryFolder();
        using var database = await store.OpenAsync();
        var exported = await ExportFolder.WriteAsync("keep-list", store.Path, store.Study, database, folder.Path, default);

        var effect = exported.Effect.ShouldNotBeNull();
        var dropped = File.ReadAllLines(folder.File("drop.csv")).Skip(1).ToList();
        effect.Dropped.ShouldBe(dropped.Count);
        effect.Words[0].RowsLeft.ShouldBe(effect.Words[0].Rows - dropped.Count(line => line.Contains("almond blossoming", StringComparison.Ordinal)));
        File.ReadAllLines(folder.File("effect.csv"))[1].ShouldStartWith(string.Create(CultureInfo.InvariantCulture, $"almond blossoming,7,{effect.Words[0].RowsLeft},"));
        dropped[0].Split(',')[3].ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(dropped[0].Split(',')[2]))));
    }

    private static async Task<DropEffect> DropAsync(int keepPerFamily, string words = "almond blossoming")
    {
        using var store = new MadeStore(Study(keepPerFamily, words));
        await store.WriteAsync(Rows);
        using var database = await store.OpenAsync();
        return StudyAnalysis.Compute(database, store.Study).Drop;
    }

    private static Study Study(int keepPerFamily, string words) =>
        new() { Name = "made", Input = ["rows.parquet"], Keywords = ["van gogh"], Analysis = new AnalysisOptions { Words = [words], KeepPerFamily = keepPerFamily } };
}
