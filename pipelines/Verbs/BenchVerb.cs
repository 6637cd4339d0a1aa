using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Pipelines.Bench;
using Memorization.Pipelines.Terminal;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>bench scan: the throughput of one stage alone, beside its peers.</summary>
internal static class BenchVerb
{
    private static readonly Option<int> Runs = new("--runs") { Description = "Timed runs; the median counts.", DefaultValueFactory = _ => 5, Recursive = true };

    private static readonly Option<int> Threads = new("--threads")
    {
        Description = "Threads of this program and of its peers.",
        DefaultValueFactory = _ => Environment.ProcessorCount,
        Recursive = true,
    };

    public static Command Create()
    {
        var command = new Command("bench", "The throughput of one stage alone on made data, beside its peers.") { Runs, Threads, Scan() };
        Require(Runs, 1, 1000);
        Require(Threads, 1, 1024);
        return command;
    }

    private static Command Scan()
    {
        var rows = new Option<int>("--rows") { Description = "Rows of the made file.", DefaultValueFactory = _ => 2_000_000 };
        Require(rows, 1, 1_000_000_000);
        var command = new Command("scan", "Scans a made LAION file for a keyword, beside DuckDB.") { rows };
        command.SetAction(async (parsed, stop) => Print(
            await new ScanBench(parsed.GetValue(rows), parsed.GetValue(Threads), parsed.GetValue(Runs)).RunAsync(stop), parsed.GetValue(GlobalOptions.Json)));
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

    private static void Require(Option<int> option, int least, int greatest) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is var value && (value < least || value > greatest))
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} is {value}; it must be {least} to {greatest}."));
    });

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
