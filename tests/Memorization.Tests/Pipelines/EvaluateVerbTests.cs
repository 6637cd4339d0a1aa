using System.Text.Json;
using Memorization.Replication.Scoring;
using Memorization.Tests.Replication;
using Memorization.Tests.Report;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>evaluate, run as a person runs it.</summary>
public sealed class EvaluateVerbTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private const int Seeds = 8;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Fourteen families, the even ones in twenty rows and the odd ones in one; of the first the "model" gives back six images of eight, of the others one of every second.
    [Fact]
    public async Task Families_in_many_copies_come_back_and_evaluate_says_so()
    {
        int[] copies = [.. Enumerable.Range(0, 14).Select(family => family % 2 == 0 ? 20 : 1)];
        var families = await PictureStudy.WriteAsync(_folder.Path, copies, (picture, _) => $"picture number {picture}");
        Directory.CreateDirectory(_folder.File("generated"));
        List<string> probes = [];
        for (var family = 0; family < copies.Length; family++)
        {
            var (caption, kind) = ($"probe {family}", copies[family] > 1 ? "short" : "control");
            probes.Add(JsonSerializer.Serialize(new { caption, kind, family = families[family] }));
            for (var seed = 0; seed < Seeds; seed++)
            {
                var replicated = seed < (copies[family] > 1 ? 6 : family % 4 == 1 ? 1 : 0);
                File.WriteAllBytes(_folder.File("generated", $"{family}-{seed}.png"), PictureStudy.Png(replicated ? family : 1000 + family * Seeds + seed, caption, seed));
            }
        }

        File.WriteAllLines(_folder.File("generated", "probes.jsonl"), probes);
        var run = await Program.RunAsync("evaluate", _folder.File("study.json"), "--false-positives", "0.1", "--out", _folder.File("tables"), "--json");
        run.ExitCode.ShouldBe(0, run.Error);
        var result = run.Json();
        var rates = result.GetProperty("rates").EnumerateArray().Where(rate => rate.GetProperty("score").GetString() == "Max").ToList();
        foreach (var rule in (string[])["hand", "calibrated"])
        {
            var kinds = rates.Where(rate => rate.GetProperty("group").GetString() == "kind" && rate.GetProperty("rule").GetString() == rule).ToDictionary(rate => rate.GetProperty("kind").GetString()!);
            if (rule == "hand") (Replicated(kinds["short"]), Replicated(kinds["control"])).ShouldBe((42, 4));
            kinds["short"].GetProperty("low").GetDouble().ShouldBeGreaterThan(kinds["control"].GetProperty("high").GetDouble());
        }

        result.GetProperty("without_probe").GetInt32().ShouldBe(0);
        var model = result.GetProperty("model");
        model.GetProperty("slopes")[0].GetProperty("slope").GetDouble().ShouldBeGreaterThan(0.5);
        model.GetProperty("held_out_auc").GetDouble().ShouldBeGreaterThan(0.8);
        result.TryGetProperty("images", out _).ShouldBeFalse();
        Directory.GetFiles(_folder.File("tables"), "*.parquet").Select(Path.GetFileNameWithoutExtension).Order().ShouldBe(
            ["family_frequency", "frequency_model", "generated_images", "replication_any_of", "replication_calibration", "replication_curve", "replication_rates", "seed_consistency"]);
        File.ReadLines(_folder.File("tables", "generated_images.csv")).Count().ShouldBe(1 + 14 * Seeds);

        var text = await Program.RunAsync("evaluate", _folder.File("study.json"));
        text.ExitCode.ShouldBe(0, text.Error);
        text.Output.ShouldContain("Replicated, threshold set by hand");
    }

    [Fact]
    public async Task The_report_shows_what_came_back_beside_what_was_there()
    {
        var families = await PictureStudy.WriteAsync(_folder.Path, [.. Enumerable.Repeat(2, 8)], (picture, _) => $"picture number {picture}");
        Directory.CreateDirectory(_folder.File("generated"));
        for (var family = 0; family < families.Count; family++)
        {
            File.WriteAllBytes(_folder.File("generated", $"{family}-0.png"), PictureStudy.Png(family, $"secret prompt {family}", 0));
            File.WriteAllBytes(_folder.File("generated", $"{family}-1.png"), PictureStudy.Png(100 + family, $"secret prompt {family}", 1));
        }

        File.WriteAllLines(_folder.File("probes.jsonl"), families.Select((family, i) => JsonSerializer.Serialize(new { caption = $"secret prompt {i}", kind = "short", family })));
        (await Program.RunAsync("report", _folder.File("study.json"))).ExitCode.ShouldBe(0);
        File.ReadAllText(Page("report")).ShouldNotContain("Replication: what a model gives back");
        (await Program.RunAsync("evaluate", _folder.File("study.json"), "--json")).ExitCode.ShouldBe(0);

        (await Program.RunAsync("report", _folder.File("study.json"))).ExitCode.ShouldBe(0);
        (await Program.RunAsync("report", _folder.File("study.json"), "--redact")).ExitCode.ShouldBe(0);

        await using var open = await chromium.OpenAsync(Page("report"));
        open.Messages.ShouldBeEmpty();
        var pairs = open.Page.Locator("#replication .twins figure");
        (await open.Page.Locator("#replication h4").First.InnerTextAsync()).ShouldBe("0.95 to 1.00");
        (await open.Page.Locator("#replication .twins").First.Locator("figure").CountAsync()).ShouldBe(4); // of eight
        (await pairs.First.InnerTextAsync()).ShouldStartWith("1.000 short");
        (await pairs.CountAsync()).ShouldBeGreaterThan(4);
        var cells = await open.Page.Locator("#replication table").First.Locator("tbody tr").First.Locator("td").AllInnerTextsAsync();
        cells.Take(6).ShouldBe(["short", "0.95", "by hand", "8", "16", "8"]);
        JsonDocument.Parse(File.ReadAllText(_folder.File("store", "report", "report.json"))).RootElement.GetProperty("replication").GetProperty("rates").GetArrayLength().ShouldBeGreaterThan(0);
        foreach (var file in (string[])["replication.svg", "replication.png", "replication_rates.csv", "replication_curve.parquet"]) File.Exists(_folder.File("store", "report", file)).ShouldBeTrue(file);

        var shared = File.ReadAllText(Page("report-redacted"));
        shared.ShouldContain("Replication: what a model gives back");
        foreach (var file in Directory.GetFiles(_folder.File("store", "report-redacted"), "*.*").Where(file => Path.GetExtension(file) is ".html" or ".json" or ".csv"))
            File.ReadAllText(file).ShouldNotContain("secret prompt");
        shared.ShouldNotContain("class=\"twins\"");
    }

    [Fact]
    public async Task Captions_without_a_family_give_nothing_back_and_an_evaluation_of_an_earlier_snapshot_is_not_shown()
    {
        await PictureStudy.WriteAsync(_folder.Path, [1], (_, _) => "a");
        File.WriteAllText(_folder.File("probes.jsonl"), "a\n");
        Directory.CreateDirectory(_folder.File("generated"));
        File.WriteAllBytes(_folder.File("generated", "a.png"), PictureStudy.Png(0, "a", 0));
        (await Program.RunAsync("evaluate", _folder.File("study.json"), "--json")).ExitCode.ShouldBe(0);

        (await Program.RunAsync("report", _folder.File("study.json"))).ExitCode.ShouldBe(0);
        File.ReadAllText(Page("report")).ShouldContain("None of the captions was made for a family of the study");
        (await EvaluationFile.ReadAsync(_folder.File("store"), 0)).ShouldNotBeNull().Snapshot.ShouldBe(0);
        (await EvaluationFile.ReadAsync(_folder.File("store"), 1)).ShouldBeNull();
        File.WriteAllText(_folder.File("store", "replication", "evaluation.json"), "{ \"evaluation\": 7 }");
        (await EvaluationFile.ReadAsync(_folder.File("store"), 0)).ShouldBeNull();
    }

    [Fact]
    public async Task What_is_missing_is_one_line()
    {
        await PictureStudy.WriteAsync(_folder.Path, [1], (_, _) => "a");
        (await Program.RunAsync("evaluate", _folder.File("study.json"))).UserError().ShouldContain("evaluate needs --probes");
        File.WriteAllText(_folder.File("probes.jsonl"), "a\n");
        Directory.CreateDirectory(_folder.File("generated"));
        (await Program.RunAsync("evaluate", _folder.File("study.json"))).UserError().ShouldContain("there is no image in");
        (await Program.RunAsync("evaluate", _folder.File("study.json"), "--object", "flag")).UserError().ShouldContain("has no objects; add a list of them");
        (await Program.RunAsync("evaluate", _folder.File("study.json"), "--threshold", "1.5")).UserError().ShouldBe("error: --threshold is 1.5; it must be above 0 and at most 1");
    }

    private string Page(string folder) => _folder.File("store", folder, "report.html");

    private static long Replicated(JsonElement rate) => rate.GetProperty("replicated").GetInt64();
}
