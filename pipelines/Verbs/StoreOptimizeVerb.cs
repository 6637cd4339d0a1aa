using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Terminal;
using Memorization.Store;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>store optimize STUDY: small files become large ones.</summary>
internal static class StoreOptimizeVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var command = new Command("optimize", "Merges the small files that nightly runs leave. Older snapshots keep theirs until store vacuum.") { study };
        command.SetAction(async (parsed, stop) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var run = StudyContext.NewRunId(TimeProvider.System);
            using var store = await context.HoldStoreAsync(run);
            var tables = await new StoreOptimize(store, TimeProvider.System).RunAsync(stop);
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { tables }, JsonOutput.Indented));
            else if (tables.Count == 0) await Console.Out.WriteLineAsync("nothing to merge");
            else AnsiConsole.Write(Table(tables));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Table Table(IReadOnlyList<OptimizedTable> tables)
    {
        var table = new Table().RoundedBorder().AddColumn("table").AddColumn("files before").AddColumn("after").AddColumn("superseded records left out");
        foreach (var (name, before, after, superseded) in tables) table.AddRow(name, Number(before), Number(after), Number(superseded));
        return table;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
