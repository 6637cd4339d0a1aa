using System.Globalization;
using Memorization.Flow;
using Serilog;
using Spectre.Console;

namespace Memorization.Pipelines.Terminal;

/// <summary>Shows how far a run is: a bar on a terminal, one log line every 30 s elsewhere, nothing when quiet.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs the work and shows its progress on standard error.</summary>
    /// <param name="work">Already started.</param>
    /// <param name="progress">Part done, 0 to 1, and a line of counts.</param>
    /// <param name="log">Where the lines go that are not a bar.</param>
    /// <param name="quiet">Shows nothing.</param>
    /// <param name="time">The clock.</param>
    /// <param name="what">What the part is a part of.</param>
    public static async Task ShowAsync(Task work, Func<(double Part, string Counts)> progress, ILogger log, bool quiet, TimeProvider time, string what = "of the input read")
    {
        if (quiet)
        {
            await work;
        }
        else if (Console.IsErrorRedirected)
        {
            while (await Task.WhenAny(work, Task.Delay(LogInterval, time)) != work)
                log.Information("{Part:P0} {What:l}; {Counts:l}", progress().Part, what, progress().Counts);
            await work;
        }
        else
        {
            await BarAsync(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }), work, progress, time);
        }
    }

    /// <summary>Rows and images so far, from the stages' counters.</summary>
    public static string Counts(IReadOnlyList<StageCounters> stages)
    {
        var byName = stages.ToDictionary(stage => stage.Stage);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{byName[StageName.Scan].In:N0} rows read, {byName[StageName.Fetch].Kept:N0} images fetched, {byName[StageName.Embed].Kept:N0} embedded");
    }

    /// <summary>Draws the bar on a console until the work has ended.</summary>
    internal static Task BarAsync(IAnsiConsole console, Task work, Func<(double Part, string Counts)> progress, TimeProvider time)
    {
        return console.Progress().AutoClear(true).Columns(new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new TaskDescriptionColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("starting", maxValue: 1);
                do
                {
                    var (part, counts) = progress();
                    bar.Value = part;
                    bar.Description = counts.EscapeMarkup();
                }
                while (await Task.WhenAny(work, Task.Delay(BarInterval, time)) != work);
                await work;
            });
    }
}
