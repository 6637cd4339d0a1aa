using System.CommandLine;
using Memorization.Export;
using Memorization.Fetch;
using Memorization.Pipelines.Fetching;
using Memorization.Pipelines.Terminal;

namespace Memorization.Pipelines.Verbs;

/// <summary>fetch FILE.txt: a list of URLs through the whole fetch policy.</summary>
internal static class FetchVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "One URL a line; - for standard input." };
        var output = new Option<string?>("--out") { Description = "New folder for the images as received, in WebDataset shards.", HelpName = "FOLDER" };
        var study = new Option<string?>("--study") { Description = "Take the fetch options of this study; without it the standard ones. --set fetch.parallelism=256 overrides either.", HelpName = "STUDY" };
        var format = new Option<string>("--format") { Description = "table, csv or json (JSON lines, as --json).", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong(FetchLineWriter.Formats);
        var command = new Command("fetch", "Requests every URL of a list as a study would, and says of each how it ended, as soon as it has. A summary by reason goes to standard error.")
        {
            file, output, study, format,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupts = new Interrupts();
            var options = Options(parsed, parsed.GetValue(study));
            using var lines = new UrlLines(parsed.GetRequiredValue(file));
            using var shards = parsed.GetValue(output) is { } folder ? new FetchedShards(folder) : null;
            await using var metrics = await OperationOptions.StartMetricsAsync(parsed, interrupts.Stop);
            await using var log = RunLog.Create(GlobalOptions.LevelOf(parsed), folder: null);
            // A bar would be drawn into the lines.
            var quiet = parsed.GetValue(GlobalOptions.Quiet) || !Console.IsOutputRedirected;
            var run = new FetchRun(options, shards, TimeProvider.System)
            {
                StallAfter = OperationOptions.StallAfter(parsed),
                Log = log,
                Show = (work, counts) => ProgressDisplay.ShowAsync(work, () => (lines.Part, counts()), log, quiet, TimeProvider.System),
            };
            FetchTotals totals;
            using (var writer = new FetchLineWriter(Console.OpenStandardOutput(), parsed.GetValue(GlobalOptions.Json) ? "json" : parsed.GetValue(format)!))
                totals = await run.ExecuteAsync(lines.ReadAsync, writer.Write, interrupts.Drain, interrupts.Stop);
            if (!parsed.GetValue(GlobalOptions.Quiet) || totals.Alarm is not null) await Console.Error.WriteLineAsync(totals.ToString());
            if (totals.WasStopped)
            {
                await Console.Error.WriteLineAsync("stopped at once: lines without an answer above were not brought to their end");
                return ExitCodes.Interrupted;
            }

            if (!interrupts.Drain.IsCancellationRequested) return ExitCodes.Done;
            await Console.Error.WriteLineAsync("stopped before the end of the list");
            return ExitCodes.Failed;
        });
        return OperationOptions.AddTo(command);
    }

    private static FetchOptions Options(ParseResult parsed, string? study) =>
        (study is null ? StudyContext.Standard(parsed) : StudyContext.Load(study, parsed).Study).Fetch;
}
