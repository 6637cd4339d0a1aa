using System.Text.Json;
using Memorization.Tests.Analysis;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

public sealed class AnalyzeVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PlanarStore _store = new();

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Json_has_the_documented_shape_and_every_table_is_written()
    {
        var rows = MadeCaptions.Rows(1);
        await _store.WriteAsync(rows);

        var result = await Program.RunAsync(
            "analyze", Study(), "--words", "almond blossoming", "--words", "sunflower", "--without", "van gogh", "--json", "--out", _folder.File("tables"), "--set", "analysis.triggerRows=4");

        result.ExitCode.ShouldBe(0, result.Error);
        var json = result.Json();
        var shares = json.GetProperty("shares").EnumerateArray().ToList();
        shares.Select(share => string.Join(' ', share.GetProperty("words").EnumerateArray())).ShouldBe(["almond blossoming", "sunflower"]);
        foreach (var share in shares)
            ShouldHave(share, "words", "rows", "largest_family", "share", "low", "high", "keyword_share", "keyword_low", "keyword_high", "without", "missing", "share_if_missing_differ");
        shares[1].GetProperty("rows").GetInt64().ShouldBe(rows.Count(row => !row.IsMissing && NaiveStudy.HasAll(["sunflower"], row) && !NaiveStudy.HasAll(["van", "gogh"], row)));
        ShouldHave(json.GetProperty("families")[0], "family", "size", "words", "marks", "texts", "captions", "urls", "hosts", "contents", "stars", "least_similarity", "median_similarity", "keyword_rows");
        ShouldHave(json.GetProperty("families")[0].GetProperty("words")[0], "word", "count", "log_odds", "z", "pmi", "p", "q", "permutation_p", "stop_word");
        ShouldHave(json.GetProperty("triggers")[0], "words", "family", "rows", "family_rows", "share", "low", "high", "lift", "keyword_share", "p", "q");
        ShouldHave(json.GetProperty("sweep")[0], "threshold", "agreement");
        Directory.GetFiles(_folder.File("tables")).Select(Path.GetFileName).ShouldBe(
            from table in (string[])["families", "words", "shares", "drop_effect", "triggers", "sweep", "second_opinion"] from extension in (string[])["csv", "parquet"] select $"{table}.{extension}", ignoreOrder: true);
    }

    [Fact]
    public async Task A_set_without_a_word_and_a_store_that_is_not_there_are_one_line()
    {
        (await Program.RunAsync("analyze", Study(), "--words", "?!")).UserError().ShouldBe("error: --words: \"?!\" has no word to look for; name one or more, such as \"almond blossoming\"");
        (await Program.RunAsync("analyze", Study(), "--without", "of the")).UserError().ShouldStartWith("error: --without: \"of the\" has only words");
        (await Program.RunAsync("analyze", Study(), "--words", "almond")).UserError().ShouldContain("there is no finished run");
    }

    [Theory]
    [InlineData("rows")]
    [InlineData("embeddings")]
    public async Task A_damaged_file_of_the_store_is_named_in_one_line(string table)
    {
        await _store.WriteAsync(MadeCaptions.Rows(1));
        var file = Directory.GetFiles(Path.Combine(_store.Path, table), "*.parquet", SearchOption.AllDirectories)[0];
        using (var bytes = File.OpenWrite(file)) bytes.SetLength(bytes.Length - 100);

        var result = await Program.RunAsync("analyze", Study(), "--words", "sunflower", "--json");

        result.ExitCode.ShouldBe(2);
        result.Output.ShouldBeEmpty();
        var line = result.Error.TrimEnd().Split('\n').ShouldHaveSingleItem();
        line.ShouldStartWith("failed: the store cannot be read: ");
        line.ShouldContain(Path.GetFileName(file));
        line.ShouldEndWith("`memorization store verify STUDY` names every file that is damaged");
    }

    private string Study()
    {
        File.WriteAllText(_folder.File("study.json"), JsonSerializer.Serialize(new { input = new[] { "rows.parquet" }, keywords = new[] { "van gogh" }, store = new { path = _store.Path } }));
        return _folder.File("study.json");
    }

    private static void ShouldHave(JsonElement element, params string[] names) => names.Except(element.EnumerateObject().Select(property => property.Name)).ShouldBeEmpty();
}
