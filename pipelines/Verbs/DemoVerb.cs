using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Pipelines.Demo;
using Memorization.Pipelines.Terminal;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>demo: a made world, studied end to end, and what was found held against what was planted.</summary>
internal static class DemoVerb
{
    public static Command Create()
    {
        var output = new Option<string?>("--out") { Description = "Folder for the world, its study.json and its store. A folder that was used before is an increment. [default: demo/seed-S-rows-N]" };
        var rows = NumberOption.Create("--rows", $"Rows of metadata, at least {DemoWorld.LeastRows}.", 3000, DemoWorld.LeastRows);
        var seed = new Option<ulong>("--seed") { Description = "The same seed gives the same world.", DefaultValueFactory = _ => 1 };
        var faults = new Option<string>("--faults") { Description = "Whether some rows fail, in every way: on or off.", DefaultValueFactory = _ => "on" };
        faults.AcceptOnlyFromAmong("on", "off");
        var serve = new Option<bool>("--serve") { Description = "Keep the image server up until Ctrl+C." };
        var serveOnly = new Option<bool>("--serve-only") { Description = "Make the world and its study.json, and serve it until Ctrl+C without studying it." };
        var requests = new Option<string?>("--requests") { Description = "File that gets a line of JSON for each request to the image server." };
        var command = new Command("demo", "Makes a small LAION-like world with planted families and every kind of failure, and studies it. No network.")
        {
            output, rows, seed, faults, serve, serveOnly, requests,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupts = new Interrupts();
            var folder = Path.GetFullPath(parsed.GetValue(output)
                ?? string.Create(CultureInfo.InvariantCulture, $"demo/seed-{parsed.GetValue(seed)}-rows-{parsed.GetValue(rows)}"));
            var world = DemoWorld.Make(parsed.GetValue(seed), parsed.GetValue(rows), parsed.GetValue(faults) == "on");
            await using var log = parsed.GetValue(requests) is { } file ? RequestLog.Open(file) : null;
            await using var server = await DemoServer.StartAsync(world, TimeProvider.System, interrupts.Stop, log);
            var study = WriteWorld(world, server, folder);
            if (parsed.GetValue(serveOnly))
            {
                await Console.Out.WriteLineAsync(parsed.GetValue(GlobalOptions.Json) ? JsonSerializer.Serialize(new { study, port = server.Port }) : study);
                await ServeAsync(server, interrupts.Drain);
                return ExitCodes.Done;
            }

            var result = await StudyAsync(world, study, interrupts, parsed);

            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, JsonOutput.Indented));
            else Print(result);
            if (parsed.GetValue(serve)) await ServeAsync(server, interrupts.Drain);
            return RunVerb.ExitCode(result);
        });
        return command;
    }

    /// <summary>Puts the Parquet files and the study into a folder.</summary>
    /// <returns>The study file.</returns>
    internal static string WriteWorld(DemoWorld world, DemoServer server, string folder)
    {
        try
        {
            DemoFiles.Write(world.Rows, Path.Combine(folder, "input"));
            DemoObject.WriteReferences(folder);
            using var template = typeof(DemoVerb).Assembly.GetManifestResourceStream("demo.json")!;
            var study = (JsonObject)JsonNode.Parse(template)!;
            study.Remove("$schema");
            study["objects"] = new JsonArray(DemoObject.Entry());
            study["fetch"]!["resolve"] = new JsonObject { [server.Resolve.Key] = server.Resolve.Value };
            var path = Path.Combine(folder, "study.json");
            File.WriteAllText(path, study.ToJsonString(StudyFile.Json) + "\n");
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"cannot write {folder}: {exception.Message.ReplaceLineEndings(" ")}; name a folder that can be written with --out", exception);
        }
    }

    private static async Task<DemoResult> StudyAsync(DemoWorld world, string study, Interrupts interrupts, ParseResult parsed)
    {
        var context = StudyContext.Load(study, parsed);
        var run = await RunVerb.ExecuteAsync(context, interrupts, parsed);
        using var database = await StoreDatabase.OpenAsync(context.Store);
        DemoObject.WriteLabels(world, database, Path.GetDirectoryName(study)!);
        return DemoResult.Score(run, world, database);
    }

    private static void Print(DemoResult result)
    {
        RunVerb.Print(result);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Against the {result.Planted.Count} planted families: pair precision {result.PairPrecision:F4}, pair recall {result.PairRecall:F4}."));
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Requests:N0} requests, {result.Fetched:N0} images fetched, {result.Embedded:N0} embedded in {result.Seconds["Total"]:F1} s; peak memory {result.PeakBytes / 1e6:F0} MB."));
        Console.Out.WriteLine($"Go on with: memorization query {Path.GetRelativePath(Environment.CurrentDirectory, result.Study)} \"SELECT outcome, reason, count(*) FROM images GROUP BY ALL\"");
    }

    private static async Task ServeAsync(DemoServer server, CancellationToken drain)
    {
        await Console.Error.WriteLineAsync($"the image server is up on port {server.Port}; Ctrl+C ends it");
        await Task.Delay(Timeout.Infinite, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
