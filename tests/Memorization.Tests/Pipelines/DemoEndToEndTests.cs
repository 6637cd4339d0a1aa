using System.Text.Json;
using Memorization.Flow;
using Memorization.Pipelines.Demo;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>The demo through the built program: what it finds, what a second run does, what a killed run leaves.</summary>
[Collection(Alone.Name)]
public sealed class DemoEndToEndTests : IDisposable
{
    private const int Rows = DemoWorld.LeastRows;

    // What a store holds, whatever files it is in.
    private static readonly string[] Contents =
    [
        "SELECT * FROM rows ORDER BY row_key",
        "SELECT row_key, url, outcome, reason, http_status, content_id, bytes, mime, format, width, height FROM images ORDER BY row_key",
        "SELECT * FROM verdicts ORDER BY row_key",
        "SELECT * FROM embeddings ORDER BY content_id",
        "SELECT * FROM families ORDER BY content_id",
        "SELECT * FROM thumbnails ORDER BY content_id",
        "SELECT unit, sum(rows)::BIGINT AS rows FROM units GROUP BY unit ORDER BY unit",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_demo_recovers_the_planted_families_ends_every_row_as_planned_and_a_second_run_asks_for_nothing()
    {
        var first = await DemoAsync("demo");

        first.GetProperty("pair_precision").GetDouble().ShouldBeGreaterThanOrEqualTo(0.99);
        first.GetProperty("pair_recall").GetDouble().ShouldBeGreaterThanOrEqualTo(0.95);
        first.GetProperty("peak_bytes").GetInt64().ShouldBeLessThan(1_500_000_000);
        var planned = DemoWorld.Make(1, Rows, faults: true).Rows.Where(row => row.Ends is not null)
            .GroupBy(row => row.Ends!.Value).ToDictionary(group => group.Key, group => (long)group.Count());
        Reasons(first).ShouldBe(planned, ignoreOrder: true);
        Number(first, "rows_read").ShouldBe(Rows);
        Number(first, "rows_stored").ShouldBe(Rows - planned.Values.Sum());
        Number(first, "rows_rejected").ShouldBe(planned.Values.Sum());

        var device = first.GetProperty("embedding").GetProperty("devices")[0];
        device.GetProperty("name").GetString().ShouldBe("cpu");
        device.GetProperty("images").GetInt64().ShouldBe(Number(first, "embedded"));

        var second = await DemoAsync("demo");

        (Number(second, "fetched"), Number(second, "requests"), Number(second, "embedded"), Number(second, "rows_stored")).ShouldBe((0, 0, 0, 0));
        Number(second, "rows_known").ShouldBe(Number(first, "rows_stored"));
        Reasons(second).ShouldBe(planned, ignoreOrder: true);
        second.GetProperty("families").GetRawText().ShouldBe(first.GetProperty("families").GetRawText());
    }

    [Fact]
    public async Task A_run_that_is_killed_again_and_again_ends_as_an_undisturbed_one_and_fetches_nothing_twice()
    {
        await DemoAsync("undisturbed");
        foreach (var commits in (int[])[1, 5, 9]) await KillAfterAsync("killed", commits);

        await DemoAsync("killed");

        foreach (var sql in Contents)
        {
            var (killed, undisturbed) = (await RowsAsync("killed", sql), await RowsAsync("undisturbed", sql));
            killed.Except(undisturbed).ShouldBeEmpty(sql);
            killed.ShouldBe(undisturbed, sql);
        }

        (await QueryAsync("killed", $"SELECT count(*) - count(DISTINCT row_key) AS twice FROM read_parquet('{_folder.File("killed", "store", "images", "data-*.parquet")}')"))
            .ShouldContain("\"twice\": 0");
        (await QueryAsync("killed", "SELECT count(*) - count(DISTINCT content_id) AS twice FROM thumbnails")).ShouldContain("\"twice\": 0");
    }

    [Fact]
    public async Task Every_results_row_can_be_counted_again_from_the_store()
    {
        var result = await DemoAsync("demo");

        var sizes = await QueryAsync("demo", """
            SELECT count(*) AS size FROM rows JOIN verdicts USING (row_key) JOIN images USING (row_key) JOIN families USING (content_id)
            WHERE kept AND outcome = 'kept' GROUP BY family HAVING count(*) > 1 ORDER BY size DESC
            """);
        JsonDocument.Parse(sizes).RootElement.EnumerateArray().Select(row => Number(row, "size"))
            .ShouldBe(result.GetProperty("families").EnumerateArray().Select(family => Number(family, "size")));
        await TheReportIsWrittenAndWrittenAgainTheSameAsync(result);
        await StatusCountsTheFailuresOfEveryHostAsync(result);
    }

    [Fact]
    public async Task Analyze_recovers_the_planted_shares_sets_templates_and_chain_and_objects_the_flag()
    {
        // No row is lost to a busy machine: without slow answers, deadlines may be long.
        var demo = await DemoAsync("demo", "--faults", "off", "--set", "fetch.attemptDeadlineSeconds=100", "--set", "fetch.rowDeadlineSeconds=300");
        await AnalyzeRecoversWhatWasPlantedAsync(demo);
        await TheLabelsAreTheTruthAsync(demo);
        await ObjectsRecoverTheFlagAsync(demo);
    }

    private async Task AnalyzeRecoversWhatWasPlantedAsync(JsonElement demo)
    {
        var result = await Program.RunAsync("analyze", _folder.File("demo", "study.json"), "--words", "almond blossoming", "--words", "sunflower", "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        var analysis = result.Json();

        foreach (var (share, planted) in analysis.GetProperty("shares").EnumerateArray().Zip([0.52, 0.02]))
        {
            share.GetProperty("share").GetDouble().ShouldBe(planted);
            planted.ShouldBeInRange(share.GetProperty("low").GetDouble(), share.GetProperty("high").GetDouble());
        }

        var triggers = analysis.GetProperty("triggers").EnumerateArray().ToList();
        demo.GetProperty("triggers").GetArrayLength().ShouldBe(DemoWorld.Triggers.Count);
        foreach (var planted in demo.GetProperty("triggers").EnumerateArray())
        {
            var family = await FamilyAsync((int)Number(planted, "family"));
            var first = triggers.First(trigger => trigger.GetProperty("family").GetString() == family);
            Texts(first, "words").ShouldBe(Texts(planted, "words"), ignoreOrder: true);
            (Number(first, "rows"), Number(first, "family_rows")).ShouldBe((Number(planted, "rows"), Number(planted, "family_rows")));
            first.GetProperty("q").GetDouble().ShouldBeLessThan(0.05);
        }

        var families = analysis.GetProperty("families").EnumerateArray().ToDictionary(family => family.GetProperty("family").GetString()!);
        var shop = families[await FamilyAsync(DemoWorld.ShopFamily)];
        (Number(shop, "texts") * 10).ShouldBeLessThan(Number(shop, "size"));
        var chain = families[await FamilyAsync(DemoWorld.ChainFamily)];
        Number(chain, "stars").ShouldBeGreaterThan(1);
        chain.GetProperty("least_similarity").GetDouble().ShouldBeLessThan(0.3);

        // Names of sellers say nothing of a picture: what they mark are false discoveries, one in twenty at most.
        var nulls = DemoWorld.NullWords.Select(word => word.ToLowerInvariant()).ToHashSet();
        var marks = families.Values.SelectMany(family => family.GetProperty("marks").EnumerateArray()).Select(mark => mark.GetProperty("word").GetString()!).ToList();
        marks.Count.ShouldBeGreaterThan(20);
        (20 * marks.Count(nulls.Contains)).ShouldBeLessThanOrEqualTo(marks.Count);

        async Task<string> FamilyAsync(int number)
        {
            var keys = demo.GetProperty("planted").EnumerateArray().Single(planted => Number(planted, "family") == number).GetProperty("row_keys").EnumerateArray().Select(key => $"'{key.GetString()}'");
            var found = await RowsAsync("demo", $"SELECT DISTINCT family FROM study WHERE row_key IN ({string.Join(", ", keys)})");
            return JsonDocument.Parse(found.ShouldHaveSingleItem()).RootElement.GetProperty("family").GetString()!;
        }
    }

    private async Task TheLabelsAreTheTruthAsync(JsonElement demo)
    {
        var labels = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File("demo", "objects", "labels-made.json"))).RootElement;
        var answers = labels.GetProperty("answers").EnumerateArray().ToDictionary(answer => answer.GetProperty("content_id").GetString()!, answer => answer.GetProperty("answer").GetString());
        Texts(labels, "sample").ShouldBe(answers.Keys);
        var pictures = DemoWorld.Make(1, Rows, faults: false).Pictures();
        var flagged = DemoWorld.Make(1, Rows, faults: false).Rows.Where(row => row.Picture.Flag != 0).Select(row => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(pictures.Render(row.Picture)))).ToHashSet();
        answers.ShouldAllBe(answer => answer.Value == (flagged.Contains(answer.Key) ? "yes" : "no"));
        answers.Values.ShouldContain("yes");
        var objects = demo.GetProperty("objects");
        var images = await RowsAsync("demo", "SELECT DISTINCT content_id FROM study WHERE regexp_matches(caption, 'astronaut|cosmonaut|pilot|spacesuit', 'i')");
        answers.Count.ShouldBe(images.Count / 2);
        (Number(objects, "unnamed_rows"), Number(objects, "unnamed_with_object")).ShouldBe((100, 10));
        Directory.GetFiles(_folder.File("demo", "objects"), "flag-*.png").Length.ShouldBe(DemoObject.References().Count);
    }

    private async Task ObjectsRecoverTheFlagAsync(JsonElement demo)
    {
        var result = await Program.RunAsync("objects", _folder.File("demo", "study.json"), "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        var groups = result.Json().GetProperty("objects")[0].GetProperty("groups").EnumerateArray().ToList();
        var planted = demo.GetProperty("objects");
        ShouldCover(isNamed: false, Number(planted, "unnamed_with_object"), Number(planted, "unnamed_rows"));
        ShouldCover(isNamed: true, Number(planted, "named_with_object"), Number(planted, "named_rows"));

        void ShouldCover(bool isNamed, long withObject, long rows)
        {
            var group = groups.Single(group => group.GetProperty("group").GetProperty("words").GetString() == Text(planted, "keyword") && group.GetProperty("group").GetProperty("is_named").GetBoolean() == isNamed);
            var prevalence = group.GetProperty("prevalence").EnumerateArray().First();
            Number(prevalence, "all").ShouldBe(rows);
            var interval = prevalence.GetProperty("corrected_interval");
            ((double)withObject / rows).ShouldBeInRange(interval.GetProperty("low").GetDouble(), interval.GetProperty("high").GetDouble());
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static IEnumerable<string> Texts(JsonElement element, string name) => element.GetProperty(name).EnumerateArray().Select(text => text.GetString()!);

    private async Task TheReportIsWrittenAndWrittenAgainTheSameAsync(JsonElement demo)
    {
        var page = demo.GetProperty("report").GetString()!;
        page.ShouldBe(_folder.File("demo", "store", "report", "report.html"));
        var again = await Program.RunAsync("report", _folder.File("demo", "study.json"), "--out", _folder.File("elsewhere"), "--json", "--set", "store.commitRows=60");

        again.ExitCode.ShouldBe(0, again.Error);
        again.Json().GetProperty("report").GetString().ShouldBe(_folder.File("elsewhere", "report.html"));
        (await File.ReadAllTextAsync(_folder.File("elsewhere", "report.html"))).ShouldBe(await File.ReadAllTextAsync(page));
    }

    private async Task StatusCountsTheFailuresOfEveryHostAsync(JsonElement demo)
    {
        var status = await Program.RunAsync("status", _folder.File("demo", "study.json"), "--hosts", "1000", "--json");

        status.ExitCode.ShouldBe(0, status.Error);
        Number(status.Json(), "rows_read").ShouldBe(Rows);
        var hosts = status.Json().GetProperty("hosts").EnumerateArray().ToList();
        hosts.ShouldAllBe(host => Number(host, "rows") == Number(host, "stored") + Number(host, "failed"));
        hosts.ShouldAllBe(host => Reasons(host).Values.Sum() == Number(host, "failed"));
        hosts.Select(host => Number(host, "failed")).ShouldBe(hosts.Select(host => Number(host, "failed")).OrderDescending());
        hosts.SelectMany(Reasons).GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value))
            .ShouldBe(Reasons(demo).Where(pair => pair.Key.Stage() is StageName.Fetch or StageName.Decode).ToDictionary(), ignoreOrder: true);
        var text = await Program.RunAsync("status", _folder.File("demo", "study.json"));
        text.Output.ShouldContain(hosts[0].GetProperty("host").GetString()!);
    }

    private async Task<JsonElement> DemoAsync(string folder, params string[] more)
    {
        var result = await Program.RunAsync([.. Arguments(folder), .. more]);
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Json();
    }

    private async Task<string> QueryAsync(string folder, string sql)
    {
        var result = await Program.RunAsync("query", _folder.File(folder, "study.json"), sql, "--format", "json");
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Output;
    }

    private async Task<List<string>> RowsAsync(string folder, string sql) =>
        [.. JsonDocument.Parse(await QueryAsync(folder, sql)).RootElement.EnumerateArray().Select(row => row.GetRawText())];

    /// <summary>Kills the program once the store has so many commits, or lets it end if it never has.</summary>
    private async Task KillAfterAsync(string folder, int commits)
    {
        var log = _folder.File(folder, "store", "images", "_delta_log");
        using var process = Program.Start(Arguments(folder));
        while (!process.HasExited && (!Directory.Exists(log) || Directory.GetFiles(log, "*.json").Length < commits)) await Task.Yield();
        process.HasExited.ShouldBeFalse("it must be killed while it works");
        process.Kill();
        await process.WaitForExitAsync();
    }

    private string[] Arguments(string folder) =>
        ["demo", "--rows", $"{Rows}", "--out", _folder.File(folder), "--json", "--quiet", "--set", "store.commitRows=60"];

    private static Dictionary<Reason, long> Reasons(JsonElement result) =>
        result.GetProperty("reasons").EnumerateObject().ToDictionary(reason => Enum.Parse<Reason>(reason.Name), reason => reason.Value.GetInt64());

    private static long Number(JsonElement result, string name) => result.GetProperty(name).GetInt64();
}
