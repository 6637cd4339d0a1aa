using System.CommandLine;
using System.Text.Json;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>status STUDY: the funnel of the last run.</summary>
internal static class StatusVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var command = new Command("status", "The funnel of the last finished run.") { study };
        command.SetAction(async (parsed, stop) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var runs = Path.Combine(context.Store, "runs");
            var last = (Directory.Exists(runs) ? Directory.EnumerateFiles(runs, "stats.json", SearchOption.AllDirectories) : []).Max(StringComparer.Ordinal)
                ?? throw new SetupException($"there is no finished run in {context.Store}; run `memorization run {parsed.GetRequiredValue(study)}` first");
            var json = await File.ReadAllTextAsync(last, stop);
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(json);
            else AnsiConsole.Write(Tables.Funnel(JsonSerializer.Deserialize<RunResult>(json, JsonOutput.Indented)!));
            return ExitCodes.Done;
        });
        return command;
    }
}
