using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Bench;
using Memorization.Pipelines.Terminal;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>bench scan: the throughput of one stage alone, beside its peers.</summary>
internal static class BenchVerb
{
    public static Command Create()
    {
        var runs = NumberOption.Create("--runs", "Timed runs; the median counts.", 5, 1, 1000);
        var threads = NumberOption.Create("--threads", "Threads of this program and of its peers.", Environment.ProcessorCount, 1, 1024);
        runs.Recursive = threads.Recursive = true;
        return new Command("bench", "The throughput of one stage alone on made data, beside its peers.") { runs, threads, Scan(runs, threads) };
    }

    private static Command Scan(Option<int> runs, Option<int> threads)
    {
        var rows = NumberOption.Create("--rows", "Rows of the made file.", 2_000_000, 1, 1_000_000_000);
        var command = new Command("scan", "Scans a made LAION file for a keyword, beside DuckDB.") { rows };
        command.SetAction(async (parsed, stop) => Print(
            await new ScanBench(parsed.GetValue(rows), parsed.GetValue(threads), parsed.GetValue(runs)).RunAsync(stop), parsed.GetValue(GlobalOptions.Json)));
        return command;
    }

    private static int Print(BenchResult result, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(result, JsonOutput.Indented));
            return ExitCodes.Done;
        }

        var table = new Table().RoundedBorder()
            .Title(string.Create(CultureInfo.InvariantCulture, $"bench {result.Bench}: median of {result.Runs} runs, {result.Threads} threads"))
            .AddColumn("").AddColumn(new TableColumn(result.Unit).RightAligned()).AddColumn(new TableColumn("× as fast").RightAligned());
        table.AddRow("[bold]this program[/]", Number(result.Median), "");
        foreach (var peer in result.Peers) table.AddRow(peer.Name.EscapeMarkup(), Number(peer.Median), peer.Ratio.ToString("F2", CultureInfo.InvariantCulture));
        AnsiConsole.Write(table);
        foreach (var (name, value) in result.Details) AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {value:N0}"));
        return ExitCodes.Done;
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
