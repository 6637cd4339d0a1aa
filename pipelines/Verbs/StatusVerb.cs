using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Memorization.Store;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>status STUDY: the funnel of the last run by reason, and the store's failures by host and by format.</summary>
internal static class StatusVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var hosts = NumberOption.Create("--hosts", "Hosts shown, those with most failures first.", 20, 0);
        var command = new Command("status", "The funnel of the last finished run, the hosts with most failures and the formats that are not read.") { study, hosts };
        command.SetAction(async (parsed, stop) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var runs = Path.Combine(context.Store, "runs");
            var last = (Directory.Exists(runs) ? Directory.EnumerateFiles(runs, "stats.json", SearchOption.AllDirectories) : []).Max(StringComparer.Ordinal)
                ?? throw new SetupException($"there is no finished run in {context.Store}; run `memorization run {parsed.GetRequiredValue(study)}` first");
            var json = await File.ReadAllTextAsync(last, stop);
            using var database = await StoreDatabase.OpenAsync(context.Store);
            var failing = HostOutcome.Failing(database, parsed.GetValue(hosts));
            var formats = UnreadFormat.All(database);
            if (parsed.GetValue(GlobalOptions.Json))
            {
                var result = JsonNode.Parse(json)!.AsObject();
                result["hosts"] = JsonSerializer.SerializeToNode(failing, JsonOutput.Indented);
                result["formats"] = JsonSerializer.SerializeToNode(formats, JsonOutput.Indented);
                await Console.Out.WriteLineAsync(result.ToJsonString(JsonOutput.Indented));
                return ExitCodes.Done;
            }

            AnsiConsole.Write(Tables.Funnel(JsonSerializer.Deserialize<RunResult>(json, JsonOutput.Indented)!));
            if (failing.Count > 0) AnsiConsole.Write(Tables.Hosts(failing));
            if (formats.Count > 0) AnsiConsole.Write(Tables.Formats(formats));
            return ExitCodes.Done;
        });
        return command;
    }
}
