using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Objects;
using Memorization.Report;
using Memorization.Store;
using Memorization.Tests.Report;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Objects;

/// <summary>The verb, its files and the report, as a person has them.</summary>
public sealed class ObjectsVerbTests(Chromium chromium, ITestOutputHelper output) : IClassFixture<Chromium>, IDisposable
{
    private const string Json = """
        {
          "name": "space", "keywords": ["astronaut", "pilot"], "store": { "path": "store", "images": "original" },
          "objects": [{ "name": "flag", "description": "a striped flag", "keyword": "astronaut", "aliases": ["usa"], "controls": ["pilot"], "references": ["crops/*.png"], "scales": [0.5], "overlap": 0.3, "labels": ["labels/*.json"] }]
        }
        """;

    private readonly ObjectWorld _world = new();

    private string Study => Path.Combine(_world.Folder, "study.json");

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Objects_prints_one_document_and_writes_tables_from_which_its_numbers_can_be_counted()
    {
        await WriteAsync();
        var tables = Path.Combine(_world.Folder, "tables");

        var result = await Pipelines.Program.RunAsync("objects", Study, "--json", "--quiet", "--out", tables);

        result.ExitCode.ShouldBe(0, result.Error);
        var flag = result.Json().GetProperty("objects").EnumerateArray().Single();
        result.Json().GetProperty("interrupted").GetBoolean().ShouldBeFalse();
        var rows = flag.GetProperty("groups")[0].GetProperty("prevalence")[0];
        rows.GetProperty("unit").GetString().ShouldBe("Rows");
        Directory.GetFiles(tables).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ShouldBe(
            ((string[])["calibration", "estimates", "funnel", "kappa", "ratios", "scores"]).SelectMany(name => new[] { $"flag-{name}.csv", $"flag-{name}.parquet" }));
        using var database = await StoreDatabase.OpenAsync(_world.Store);
        var counted = database.Query(
            $"SELECT count(*) FILTER (positive), count(*) FROM '{tables}/flag-scores.parquet' WHERE \"group\" = 'keyword' AND NOT named", reader => (reader.GetInt64(0), reader.GetInt64(1)))[0];
        counted.ShouldBe((rows.GetProperty("positives").GetInt64(), rows.GetProperty("all").GetInt64()));
        counted.Item2.ShouldBe(6);

        var again = await Pipelines.Program.RunAsync("objects", Study);
        again.ExitCode.ShouldBe(0, again.Error);
        output.WriteLine(again.Output);
        again.Output.ShouldContain("There are no labels of both kinds: the shares are apparent");
        again.Output.ShouldContain("astronaut, not named, against");
    }

    [Fact]
    public async Task The_report_shows_the_result_of_its_snapshot_with_the_best_tiles_marked()
    {
        await WriteAsync();
        var study = StudyFile.Load(Study, [], []);
        (await ReportAsync(study)).ShouldNotContain("Objects: what captions do not name");
        await _world.RunAsync(study.Objects[0]);

        var html = await ReportAsync(study);

        html.ShouldContain("Objects: what captions do not name");
        html.ShouldContain("a striped flag");
        await using var open = await chromium.OpenAsync(Path.Combine(_world.Folder, "report", ReportFolder.Page));
        open.Messages.ShouldBeEmpty();
        (await open.Page.Locator("#objects figure svg").CountAsync()).ShouldBe(6);
        await open.Page.Locator("#objects .pictures").ScrollIntoViewIfNeededAsync();
        if (Environment.GetEnvironmentVariable("OBJECT_SECTION_PICTURE") is { } picture) await open.Page.Locator("#objects").ScreenshotAsync(new LocatorScreenshotOptions { Path = picture });
        (await ReportAsync(study with { Objects = [study.Objects[0] with { Threshold = 0.4 }] })).ShouldNotContain("Objects: what captions do not name"); // defined otherwise now
    }

    [Fact]
    public async Task A_result_to_share_has_no_picture_caption_path_or_name()
    {
        await WriteAsync();
        foreach (var (person, answer) in new[] { ("Ada", "yes"), ("Ben", "no") })
            _world.WriteLabels($"labels/{person}.json", $$"""{ "object": "flag", "labeller": "{{person}}", "answers": [{ "content_id": "{{ObjectWorld.ContentOf(FlagPictures.Png(2, flag: true))}}", "answer": "{{answer}}" }] }""");
        var result = await _world.RunAsync(StudyFile.Load(Study, [], []).Objects[0]);

        var shared = result.Redacted(_ => "an image");

        var json = JsonSerializer.Serialize(shared, JsonOutput.Indented);
        foreach (var secret in (string[])["Ada", "Ben", "host.test", "crops", "labels/", ObjectWorld.ContentOf(FlagPictures.Png(2, flag: true))])
        {
            JsonSerializer.Serialize(result with { Labels = result.Labels }, JsonOutput.Indented).Contains(secret, StringComparison.Ordinal).ShouldBe(secret != "host.test", secret);
            json.ShouldNotContain(secret, Case.Sensitive);
        }

        (shared.Gallery.Count, shared.Labels.Disagreements.Single().ContentId).ShouldBe((0, "an image"));
        shared.Groups.ShouldBe(result.Groups);
    }

    [Fact]
    public async Task What_is_wrong_is_one_line()
    {
        await WriteAsync();
        (await Pipelines.Program.RunAsync("objects", Study, "--object", "moon")).UserError().ShouldEndWith("has no such object; it has flag");
        (await Pipelines.Program.RunAsync("objects", Study, "--set", "objects=[]")).UserError().ShouldContain("has no objects; add a list of them, as in config/astronaut.json");
        (await Pipelines.Program.RunAsync("objects", Study, "--label", "pages", "--sample", "0")).UserError().ShouldContain("--sample is 0; it must be 1 to 5000");
    }

    [Theory]
    [InlineData("""{ "name": "a b" }""", "objects[0].name is \"a b\"; it must be 1 to 64 letters")]
    [InlineData("""{ "name": "a", "keyword": "?!" }""", "objects[0].keyword has \"?!\", which has no word")]
    [InlineData("""{ "name": "a", "keyword": "k" }""", "objects[0].prompts or contrast is empty")]
    [InlineData("""{ "name": "a", "keyword": "k", "prompts": ["p"], "contrast": ["c"], "references": ["r"] }""", "objects[0].detector is null and there are both")]
    [InlineData("""{ "name": "a", "keyword": "k", "references": ["r"], "scales": [2] }""", "objects[0].scales has a value that is not between 0.05 and 1")]
    [InlineData("""{ "name": "a", "keyword": "k", "references": ["r"] }, { "name": "A", "keyword": "k", "references": ["r"] }""", "objects has the name \"a\" twice")]
    [InlineData("""{ "nam": "a" }""", "unknown key objects[0].nam; the nearest is objects[0].name")]
    [InlineData("""{ "name": "a", "overlap": 1 }""", "objects[0].overlap is 1; it must be 0 to 0.9")]
    [InlineData("7", "objects[0] is 7; it must be an object")]
    public void An_object_that_cannot_be_is_refused_by_its_place(string json, string message)
    {
        File.WriteAllText(Study, $$"""{ "objects": [{{json}}] }""");
        Should.Throw<SetupException>(() => StudyFile.Load(Study, [], [])).Message.ShouldContain(message);
    }

    private async Task WriteAsync()
    {
        await _world.WriteAsync(
        [
            .. Enumerable.Range(0, 6).Select(i => new WorldRow($"astronaut {i}", FlagPictures.Png(i, flag: i == 2), i)),
            new("astronaut, USA", FlagPictures.Png(8, flag: true), 8),
            .. Enumerable.Range(10, 3).Select(i => new WorldRow($"pilot {i}", FlagPictures.Png(i, flag: false), i)),
        ]);
        _world.WriteFile("crops/flag.png", FlagPictures.Crop());
        await File.WriteAllTextAsync(Study, Json);
    }

    private async Task<string> ReportAsync(Study study)
    {
        using var database = await StoreDatabase.OpenAsync(_world.Store);
        return await File.ReadAllTextAsync(await ReportFolder.WriteAsync(_world.Store, database, study, "f", StudyAnalysis.Compute(database, study), Path.Combine(_world.Folder, "report")));
    }
}
