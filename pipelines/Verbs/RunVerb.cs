using System.CommandLine;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Terminal;
using Memorization.Store;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>run STUDY: the nightly job.</summary>
internal static class RunVerb
{
    private const int FamiliesOnTerminal = 20;

    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var command = new Command("run", "The nightly job: ingests what is new, brings the families up to date, prints the funnel and Table 1, writes the report.") { study };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupts = new Interrupts();
            await using var metrics = await OperationOptions.StartMetricsAsync(parsed, interrupts.Stop);
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var result = await ExecuteAsync(context, interrupts, parsed);
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, JsonOutput.Indented));
            else Print(result);
            return ExitCode(result);
        });
        return OperationOptions.AddTo(command);
    }

    /// <summary>Ingests, computes the tables and writes the report.</summary>
    public static async Task<RunResult> ExecuteAsync(StudyContext context, Interrupts interrupts, ParseResult parsed)
    {
        var result = await new IngestRun(
            context, interrupts, GlobalOptions.LevelOf(parsed), parsed.GetValue(GlobalOptions.Quiet), OperationOptions.StallAfter(parsed), TimeProvider.System).ExecuteAsync();
        using var database = await StoreDatabase.OpenAsync(context.Store);
        if (!result.HasNewSnapshot && await ReportVerb.CurrentAsync(context, database) is var (page, families))
            return result with { Families = families, Report = page, IsUpToDate = true, PeakBytes = PeakMemory.Bytes() };
        database.KeepStudy();
        var analysis = StudyAnalysis.Compute(database, context.Study);
        var report = await ReportVerb.WriteAsync(context, database, analysis);
        return result with { Families = analysis.Families, Report = report, PeakBytes = PeakMemory.Bytes() };
    }

    /// <summary>The funnel and the largest families.</summary>
    public static void Print(RunResult result)
    {
        AnsiConsole.Write(Tables.Funnel(result));
        AnsiConsole.Write(Tables.Families(result.Families, FamiliesOnTerminal));
        if (result.IsUpToDate) Console.Out.WriteLine("Nothing to do: no row is new or to be tried again, and the report is of this snapshot.");
        if (result.Report is not null) Console.Out.WriteLine($"Report: {result.Report}");
        if (result.Interrupted) AnsiConsole.MarkupLine("[yellow]stopped before the end of the input; the same command goes on from there[/]");
    }

    public static int ExitCode(RunResult result) => result.BrokenInputs.Count > 0 ? ExitCodes.Failed : ExitCodes.Done;
}
