using System.CommandLine;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Memorization.Store;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>reprocess STUDY: brings a store to a changed study, and says before what that takes.</summary>
internal static class ReprocessVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var dryRun = DryRunOption();
        var command = new Command("reprocess", "Brings a store to changed filters, rules or another model; what is known is not fetched, embedded or compared again.") { study, dryRun };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupts = new Interrupts();
            await using var metrics = await OperationOptions.StartMetricsAsync(parsed, interrupts.Stop);
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            if (!Directory.Exists(context.Store)) throw new SetupException($"there is no store in {context.Store} to bring to the study; run `memorization run {parsed.GetRequiredValue(study)}` first");
            var work = await new PlanRun(context, interrupts, parsed.GetValue(GlobalOptions.Quiet), TimeProvider.System).ExecuteAsync();
            if (parsed.GetValue(dryRun)) return Print(work, parsed);
            if (!parsed.GetValue(GlobalOptions.Json)) Print(work, parsed);
            var result = await new IngestRun(
                context, interrupts, GlobalOptions.LevelOf(parsed), parsed.GetValue(GlobalOptions.Quiet), OperationOptions.StallAfter(parsed), TimeProvider.System).ExecuteAsync(work);
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, JsonOutput.Indented));
            else AnsiConsole.Write(Tables.Funnel(result));
            return RunVerb.ExitCode(result);
        });
        return OperationOptions.AddTo(command);
    }

    /// <summary>--dry-run.</summary>
    public static Option<bool> DryRunOption() => new("--dry-run") { Description = "Say how many rows would be scanned, fetched, embedded and joined, and do nothing." };

    /// <summary>What a run would do.</summary>
    public static int Print(WorkAhead work, ParseResult parsed)
    {
        if (parsed.GetValue(GlobalOptions.Json)) Console.Out.WriteLine(JsonSerializer.Serialize(work, JsonOutput.Indented));
        else AnsiConsole.Write(Tables.Work(work));
        return ExitCodes.Done;
    }
}
