using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Memorization.Pipelines.Terminal;

/// <summary>Where events go: readable lines to standard error, and all of them as compact JSON to a rolling file in the run's folder.</summary>
internal static class RunLog
{
    private const long MaxFileBytes = 64 << 20;

    /// <summary>A logger for one run; dispose it to flush the file.</summary>
    /// <param name="level">Least level on standard error.</param>
    /// <param name="folder">The run's folder; null for no file.</param>
    public static Logger Create(LogEventLevel level, string? folder)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(level < LogEventLevel.Information ? level : LogEventLevel.Information)
            .WriteTo.Console(
                restrictedToMinimumLevel: level, standardErrorFromLevel: LogEventLevel.Verbose, formatProvider: CultureInfo.InvariantCulture,
                outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}");
        if (folder is not null)
        {
            configuration = configuration.WriteTo.File(
                new CompactJsonFormatter(), Path.Combine(folder, "log-.clef"), rollingInterval: RollingInterval.Day,
                fileSizeLimitBytes: MaxFileBytes, rollOnFileSizeLimit: true, retainedFileCountLimit: 30);
        }

        return configuration.CreateLogger();
    }
}
