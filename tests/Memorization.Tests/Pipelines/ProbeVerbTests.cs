using System.Collections.Concurrent;
using System.Text.Json;
using Memorization.Pipelines.Http;
using Memorization.Tests.Replication;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>probe, run as a person runs it.</summary>
public sealed class ProbeVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Its_lines_are_the_contract_and_its_file_is_what_generate_reads()
    {
        var families = await PictureStudy.WriteAsync(_folder.Path, [3, 2, 1], (picture, copy) => $"{(picture == 0 ? "golden" : "silver")} bridge {picture} copy");
        var result = await Program.RunAsync("probe", _folder.File("study.json"), "--families", "2", "--object", "an astronaut", "--json");
        result.ExitCode.ShouldBe(0, result.Error);
        var lines = result.Output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        foreach (var line in lines) line.EnumerateObject().Select(property => property.Name).ShouldBe(["family", "kind", "caption", "nearest_caption", "cosine"]);
        lines.Select(line => line.GetProperty("family").GetString()).Distinct().ShouldBe([families[0], families[1], null]);
        lines.ShouldAllBe(line => line.GetProperty("cosine").ValueKind == JsonValueKind.Null); // the built-in model has no text tower
        File.Exists(_folder.File("probes.jsonl")).ShouldBeFalse();

        (await Program.RunAsync("probe", _folder.File("study.json"), "--families", "2", "--object", "an astronaut")).ExitCode.ShouldBe(0);
        File.ReadAllText(_folder.File("probes.jsonl")).ShouldBe(result.Output);
        MadeDiffusion.Write(_folder.File("model"), MadeDiffusion.VelocityDdim);
        var made = await Program.RunAsync("generate", _folder.File("study.json"), "--model", _folder.File("model"), "--seeds", "2", "--steps", "2", "--json");
        made.ExitCode.ShouldBe(0, made.Error);
        made.Json().GetProperty("images_made").GetInt32().ShouldBe(2 * lines.Select(line => line.GetProperty("caption").GetString()).Distinct().Count());
        var evaluated = await Program.RunAsync("evaluate", _folder.File("study.json"), "--json", "--set", "decode.minSide=1");
        evaluated.ExitCode.ShouldBe(0, evaluated.Error);
        evaluated.Json().GetProperty("rates").EnumerateArray().First(rate => rate.GetProperty("group").GetString() == "all").GetProperty("probes").GetInt32().ShouldBe(lines.Count(line => line.GetProperty("family").ValueKind == JsonValueKind.String));
    }

    [Fact]
    public async Task An_endpoint_is_asked_once_a_family_and_its_answers_are_kept()
    {
        await PictureStudy.WriteAsync(_folder.Path, [2, 1], (picture, _) => $"golden bridge {picture}");
        var (requests, keys) = (0, new ConcurrentBag<string>());
        string[] command;
        await using (var server = await LoopbackServer.StartAsync(0, async context =>
        {
            Interlocked.Increment(ref requests);
            keys.Add($"{context.Request.Path} {context.Request.Headers.Authorization}");
            var content = JsonSerializer.Serialize(new { @short = new[] { "a bridge of gold" } });
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(JsonSerializer.Serialize(new
            {
                id = "x",
                @object = "chat.completion",
                created = 0,
                model = "m",
                choices = new[] { new { index = 0, message = new { role = "assistant", content }, finish_reason = "stop" } },
                usage = new { prompt_tokens = 1, completion_tokens = 1, total_tokens = 2 },
            }));
        }, "", default))
        {
            command = ["probe", _folder.File("study.json"), "--endpoint", $"http://127.0.0.1:{server.Port}/v1", "--writer", "m", "--json"];
            var first = await Program.RunAsync(command);
            first.ExitCode.ShouldBe(0, first.Error);
            first.Error.ShouldContain("2 questions asked");
            first.Output.Split('\n').Count(line => line.Contains("\"a bridge of gold\"", StringComparison.Ordinal)).ShouldBe(2);
        }

        requests.ShouldBe(2);
        keys.ShouldAllBe(key => key.StartsWith("/v1/chat/completions Bearer "));
        (await Program.RunAsync(command)).Output.ShouldContain("\"a bridge of gold\""); // the server is gone
        var other = await Program.RunAsync([.. command[..^2], "other", "--json"]);
        other.UserError().ShouldStartWith("error: --endpoint http://127.0.0.1:");
    }

    [Fact]
    public async Task A_study_without_a_store_is_one_line()
    {
        File.WriteAllText(_folder.File("study.json"), """{"name": "none"}""");
        (await Program.RunAsync("probe", _folder.File("study.json"))).UserError().ShouldContain("run `memorization run STUDY` first");
    }
}
