using System.Globalization;
using System.Text.Json;
using Memorization.Flow;
using Memorization.Pipelines.Demo;
using Memorization.Pipelines.Verbs;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>A study's store, and the server that its images come from and that counts what it is asked.</summary>
public sealed class ReprocessWorld : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly DemoWorld _world = DemoWorld.Make(3, DemoWorld.LeastRows, faults: true);
    private DemoServer? _server;

    /// <summary>Every request so far.</summary>
    public int Requests => _world.Rows.SelectMany(row => new[] { (row.Host, row.Path), (row.Host, Path: "/robots.txt") }).Distinct().Sum(row => _server!.Requests(row.Host, row.Path));

    public async ValueTask InitializeAsync()
    {
        _server = await DemoServer.StartAsync(_world, TimeProvider.System, default);
        await RunAsync("original", "run", "store.images=original");
    }

    /// <summary>Runs a verb on a store; options are as after --set.</summary>
    internal async Task<JsonElement> RunAsync(string folder, string verb, params string[] options)
    {
        var study = DemoVerb.WriteWorld(_world, _server!, _folder.File(folder));
        var result = await Program.RunAsync([verb, study, "--json", "--quiet", .. Sets(options)]);
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Json();
    }

    /// <summary>What reprocess says that it would do.</summary>
    internal async Task<JsonElement> DryRunAsync(string folder, params string[] options)
    {
        var result = await Program.RunAsync(["reprocess", _folder.File(folder, "study.json"), "--dry-run", "--json", "--quiet", .. Sets(options)]);
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Json();
    }

    /// <summary>A small model with random weights.</summary>
    /// <returns>Its folder.</returns>
    internal async Task<string> ModelAsync()
    {
        var folder = _folder.File("tiny");
        (await Program.RunAsync("model", "random", "--arch", "tiny", "--seed", "1", "--out", folder)).ExitCode.ShouldBe(0);
        return folder;
    }

    /// <summary>Another folder with the same store.</summary>
    internal string Copy(string folder, string name)
    {
        foreach (var path in Directory.EnumerateFiles(_folder.File(folder), "*", SearchOption.AllDirectories))
        {
            var copy = _folder.File(name, Path.GetRelativePath(_folder.File(folder), path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }

        return name;
    }

    internal async Task<string> QueryAsync(string folder, string sql)
    {
        var result = await Program.RunAsync("query", _folder.File(folder, "study.json"), sql, "--format", "csv");
        result.ExitCode.ShouldBe(0, result.Error);
        return result.Output;
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _folder.Dispose();
    }

    private static IEnumerable<string> Sets(string[] options) => options.SelectMany(option => new[] { "--set", option });
}

/// <summary>What a changed study costs: nothing that is known is fetched, embedded or scanned again, and the result is that of a fresh run.</summary>
[Collection(Alone.Name)]
public sealed class ReprocessTests(ReprocessWorld world) : IClassFixture<ReprocessWorld>
{
    private const string Original = "store.images=original";

    // What readers of a study see.
    private static readonly string[] Seen =
    [
        "SELECT row_key, caption, url, content_id, family FROM study ORDER BY ALL",
        "SELECT unit, reason, rows FROM units ORDER BY ALL",
        "SELECT row_key, kept, reason, detail FROM verdicts ORDER BY ALL",
        "SELECT content_id, family, star, similarity_to_leader FROM families ORDER BY ALL",
    ];

    [Fact]
    public async Task Narrower_captions_cost_no_request_no_embedding_and_no_scan_and_give_what_a_fresh_run_gives()
    {
        string[] narrow = [Original, "filters.caption.maxTokens=12"];
        var store = world.Copy("original", "narrow");

        await CostsNothingAsync(store, narrow, scanned: 0);

        await world.RunAsync("fresh-narrow", "run", narrow);
        await ShouldSeeTheSameAsync(store, "fresh-narrow");
    }

    [Fact]
    public async Task Narrower_keywords_cost_no_request_no_embedding_and_no_scan_and_give_what_a_fresh_run_gives()
    {
        string[] narrow = [Original, """keywords=["sunflower","van gogh wheat"]"""];
        var store = world.Copy("original", "keywords");

        await CostsNothingAsync(store, narrow, scanned: 0);

        await world.RunAsync("fresh-keywords", "run", narrow);
        await ShouldSeeTheSameAsync(store, "fresh-keywords");
    }

    [Fact]
    public async Task A_wider_filter_and_an_added_keyword_fetch_only_what_is_newly_admitted()
    {
        string[] narrow = [Original, """keywords=["sunflower"]""", "filters.caption.maxTokens=10"];
        var first = await world.RunAsync("widened", "run", narrow);
        var before = world.Requests;
        string[] longer = [Original, """keywords=["sunflower"]"""];
        var ahead = await world.DryRunAsync("widened", longer);

        var widened = await world.RunAsync("widened", "reprocess", longer);

        Number(widened.GetProperty("plan"), "rows_scanned").ShouldBe(0);
        Number(ahead, "fetch").ShouldBe(Number(widened, "rows_stored") + Failed(widened) - Failed(first));
        Number(widened, "rows_known").ShouldBe(Number(first, "rows_stored"));
        (world.Requests - before).ShouldBe((int)Number(widened, "requests"));

        before = world.Requests;
        ahead = await world.DryRunAsync("widened", Original);
        var added = await world.RunAsync("widened", "reprocess", Original);

        Number(added.GetProperty("plan"), "rows_scanned").ShouldBe(DemoWorld.LeastRows);
        Number(added, "rows_known").ShouldBe(Number(widened, "rows_known") + Number(widened, "rows_stored"));
        Number(ahead, "fetch").ShouldBe(Number(added, "rows_stored") + Failed(added) - Failed(widened));
        (world.Requests - before).ShouldBe((int)Number(added, "requests"));
        await ShouldSeeTheSameAsync("widened", "original");
    }

    [Fact]
    public async Task Another_model_is_embedded_from_the_bytes_that_are_kept_without_a_request()
    {
        var store = world.Copy("original", "model");
        string[] other = [Original, $"model.path={await world.ModelAsync()}"];
        var before = world.Requests;
        var ahead = await world.DryRunAsync(store, other);

        var result = await world.RunAsync(store, "reprocess", other);

        (Number(result, "requests"), world.Requests - before).ShouldBe((0, 0));
        Number(ahead, "reread").ShouldBe(long.Parse(await CountAsync("original", "study"), CultureInfo.InvariantCulture));
        (Number(result, "embedded"), Number(result, "reread")).ShouldBe((Number(ahead, "reread"), Number(ahead, "reread")));
        Number(result, "rows_stored").ShouldBe(Number(ahead, "reread"));
        Number(result.GetProperty("plan"), "rows_scanned").ShouldBe(0);
        foreach (var view in (string[])["study", "families", "images"]) (await CountAsync(store, view)).ShouldBe(await CountAsync("original", view), view);
        (await world.QueryAsync(store, "SELECT DISTINCT len(embedding) FROM embeddings")).ShouldContain("32");
        var again = await world.RunAsync(store, "reprocess", Original);
        (Number(again, "embedded"), Number(again, "requests")).ShouldBe((0, 0));
        await ShouldSeeTheSameAsync(store, "original");
    }

    [Fact]
    public async Task A_rule_for_decoding_that_had_rejected_is_tried_on_the_bytes_that_are_kept()
    {
        string[] strict = [Original, """keywords=["sunflower"]""", "decode.maxAspectRatio=1.2"];
        var first = await world.RunAsync("decode-rule", "run", strict);
        var rejected = first.GetProperty("reasons").GetProperty(nameof(Reason.ExtremeAspectRatio)).GetInt64();
        rejected.ShouldBeGreaterThan(0);
        var before = world.Requests;

        var result = await world.RunAsync("decode-rule", "reprocess", Original, """keywords=["sunflower"]""");

        world.Requests.ShouldBe(before);
        Number(result, "rows_stored").ShouldBe(rejected);
        Number(result.GetProperty("plan"), "rows_scanned").ShouldBe(0);
        result.GetProperty("reasons").TryGetProperty(nameof(Reason.ExtremeAspectRatio), out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_rule_for_fetching_that_had_rejected_is_tried_again_and_nothing_else_is()
    {
        string[] strict = ["""keywords=["sunflower"]""", "fetch.maxBytes=9000"];
        var first = await world.RunAsync("fetch-rule", "run", strict);
        var rejected = first.GetProperty("reasons").GetProperty(nameof(Reason.BodyTooLarge)).GetInt64();
        rejected.ShouldBeGreaterThan(0);
        var before = world.Requests;
        var ahead = await world.DryRunAsync("fetch-rule", strict[0]);

        var result = await world.RunAsync("fetch-rule", "reprocess", strict[0]);

        // Others whose outcome the fetcher's rules decide (an opt-out, a redirect, a web page) are asked again too.
        (Number(ahead, "fetch"), Number(ahead, "fetch_again") >= rejected).ShouldBe((0, true));
        Number(result, "rows_stored").ShouldBe(rejected);
        (world.Requests - before).ShouldBe((int)Number(result, "requests"));
        result.GetProperty("ahead").GetProperty("fetch_again").GetInt64().ShouldBe(Number(ahead, "fetch_again"));
        Number(await world.RunAsync("fetch-rule", "run", strict[0]), "requests").ShouldBe(0);
    }

    [Fact]
    public async Task What_failed_for_a_passing_reason_is_tried_again_once_its_time_has_come()
    {
        var store = world.Copy("original", "retry");
        var passing = Enum.GetValues<Reason>().Where(reason => reason.Retry() == Retry.Later).Select(reason => reason.ToString()).ToList();
        var first = await world.RunAsync(store, "run", Original);
        var due = first.GetProperty("reasons").EnumerateObject().Where(reason => passing.Contains(reason.Name)).Sum(reason => reason.Value.GetInt64());
        due.ShouldBeGreaterThan(0);
        Number(first, "requests").ShouldBe(0);

        Number(await world.DryRunAsync(store, Original, "fetch.retryAfterMinutes=0"), "fetch_again").ShouldBe(due);
        var retried = await world.RunAsync(store, "run", Original, "fetch.retryAfterMinutes=0");

        Number(retried, "requests").ShouldBeGreaterThanOrEqualTo(due);
        Number(retried.GetProperty("plan"), "rows_scanned").ShouldBe(0);
        Number(retried, "rows_read").ShouldBe(DemoWorld.LeastRows);
        (await world.QueryAsync(store, "SELECT max(failures) FROM images")).ShouldContain("2");
    }

    private async Task CostsNothingAsync(string store, string[] options, long scanned)
    {
        var before = world.Requests;
        var ahead = await world.DryRunAsync(store, options);
        var result = await world.RunAsync(store, "reprocess", options);

        (Number(result, "requests"), Number(result, "embedded"), world.Requests - before).ShouldBe((0, 0, 0));
        (Number(ahead, "fetch"), Number(ahead, "fetch_again"), Number(ahead, "reread"), Number(ahead, "join")).ShouldBe((0, 0, 0, 0));
        Number(ahead, "leave").ShouldBeGreaterThan(0);
        Number(result.GetProperty("plan"), "rows_scanned").ShouldBe(scanned);
    }

    private async Task ShouldSeeTheSameAsync(string store, string other)
    {
        foreach (var sql in Seen) (await world.QueryAsync(store, sql)).ShouldBe(await world.QueryAsync(other, sql), sql);
    }

    private async Task<string> CountAsync(string store, string view) => (await world.QueryAsync(store, $"SELECT count(*) FROM {view}")).Split('\n')[1].Trim();

    private static long Failed(JsonElement result) => result.GetProperty("reasons").EnumerateObject()
        .Where(reason => Enum.Parse<Reason>(reason.Name).Stage() is StageName.Fetch or StageName.Decode).Sum(reason => reason.Value.GetInt64());

    private static long Number(JsonElement result, string name) => result.GetProperty(name).GetInt64();
}
