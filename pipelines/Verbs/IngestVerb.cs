using System.CommandLine;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Terminal;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>ingest STUDY: the streaming graph up to the committed store.</summary>
internal static class IngestVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var dryRun = ReprocessVerb.DryRunOption();
        var command = new Command("ingest", "Reads, fetches, embeds and stores what is new; families are brought up to date.") { study, dryRun };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupts = new Interrupts();
            await using var metrics = await OperationOptions.StartMetricsAsync(parsed, interrupts.Stop);
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            if (parsed.GetValue(dryRun))
                return ReprocessVerb.Print(await new PlanRun(context, interrupts, parsed.GetValue(GlobalOptions.Quiet), TimeProvider.System).ExecuteAsync(), parsed);
            var result = await new IngestRun(
                context, interrupts, GlobalOptions.LevelOf(parsed), parsed.GetValue(GlobalOptions.Quiet), OperationOptions.StallAfter(parsed), TimeProvider.System).ExecuteAsync();
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, JsonOutput.Indented));
            else AnsiConsole.Write(Tables.Funnel(result));
            return RunVerb.ExitCode(result);
        });
        return OperationOptions.AddTo(command);
    }
}
