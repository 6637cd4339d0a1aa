using System.CommandLine;
using Serilog.Events;

namespace Memorization.Pipelines.Terminal;

/// <summary>The options that every verb takes.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Json { get; } = new("--json") { Description = "Print the result as JSON on standard output.", Recursive = true };

    public static Option<string[]> Set { get; } = new("--set")
    {
        Description = "Override a value of the study: --set fetch.parallelism=64. Repeats. MEMORIZATION__FETCH__PARALLELISM does the same.",
        HelpName = "key=value",
        Recursive = true,
    };

    public static Option<LogEventLevel> LogLevel { get; } = new("--log-level")
    {
        Description = "Least level of the log on standard error.",
        DefaultValueFactory = _ => LogEventLevel.Information,
        Recursive = true,
    };

    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "No progress, and only errors in the log.", Recursive = true };

    /// <summary>The argument of every verb that works on a study.</summary>
    public static Argument<string> Study() => new("STUDY") { Description = "The study's JSON file." };

    public static void AddTo(Command root)
    {
        root.Add(Json);
        root.Add(Set);
        root.Add(LogLevel);
        root.Add(Quiet);
    }

    public static LogEventLevel LevelOf(ParseResult parsed) => parsed.GetValue(Quiet) ? LogEventLevel.Error : parsed.GetValue(LogLevel);
}
