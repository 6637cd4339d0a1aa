using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Flow;
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
        var reason = new Option<Reason?>("--reason") { Description = "Only hosts with failures of this reason, those with most of them first; `memorization reasons` lists them.", HelpName = "REASON" };
        var command = new Command("status", "The funnel of the last finished run, the hosts with most failures, by reason, and the formats that are not read.") { study, hosts, reason };
        command.SetAction(async (parsed, stop) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var runs = Path.Combine(context.Store, "runs");
            var last = (Directory.Exists(runs) ? Directory.EnumerateFiles(runs, "stats.json", SearchOption.AllDirectories) : []).Max(StringComparer.Ordinal)
                ?? throw new SetupException($"there is no finished run in {context.Store}; run `memorization run {parsed.GetRequiredValue(study)}` first");
            var json = await File.ReadAllTextAsync(last, stop);
            using var database = await StoreDatabase.OpenAsync(context.Store);
            var failing = HostOutcome.Failing(database, parsed.GetValue(hosts), parsed.GetValue(reason));
            var formats = UnreadFormat.All(database);
            if (parsed.GetValue(GlobalOptions.Json))
            {
                var result = JsonNode.Parse(json)!.AsObject();
                result["hosts"] = JsonSerializer.SerializeToNode(failing, JsonOutput.Indented);
                result["formats"] = JsonSerializer.SerializeToNode(formats, JsonOutput.Indented);
                await Console.Out.WriteLineAsync(result.ToJsonString(JsonOutput.Indented));
                return ExitCodes.Done;
            }

            var run = JsonSerializer.Deserialize<RunResult>(json, JsonOutput.Indented)!;
            AnsiConsole.Write(Tables.Funnel(run));
            if (run.Alarm is { } alarm) AnsiConsole.MarkupLine($"[red]ALARM[/] {alarm.ToString().EscapeMarkup()}");
            if (failing.Count > 0) AnsiConsole.Write(Tables.Hosts(failing, parsed.GetValue(reason)));
            else if (parsed.GetValue(reason) is { } none) AnsiConsole.MarkupLine($"no host has failures of the reason {none}");
            if (formats.Count > 0) AnsiConsole.Write(Tables.Formats(formats));
            return ExitCodes.Done;
        });
        return command;
    }
}
