using System.CommandLine;
using System.Globalization;
using Memorization.Pipelines.Http;

namespace Memorization.Pipelines.Terminal;

/// <summary>The options of verbs that run for long: how they are watched.</summary>
internal static class OperationOptions
{
    private const double StandardMinutes = 5;

    private static readonly Option<int?> MetricsPort = MakePort();
    private static readonly Option<double> StallMinutes = MakeStall();

    public static Command AddTo(Command command)
    {
        command.Add(MetricsPort);
        command.Add(StallMinutes);
        return command;
    }

    /// <summary>The page of metrics, if one is asked for.</summary>
    /// <exception cref="Configuration.SetupException">The port is in use or not allowed.</exception>
    public static async Task<IAsyncDisposable?> StartMetricsAsync(ParseResult parsed, CancellationToken stop) =>
        parsed.GetValue(MetricsPort) is { } port ? await MetricsPage.StartAsync(port, stop) : null;

    /// <summary>The silence after which the watchdog warns; zero for never.</summary>
    public static TimeSpan StallAfter(ParseResult parsed) =>
        TimeSpan.FromMinutes(parsed.GetResult(StallMinutes) is null ? StandardMinutes : parsed.GetValue(StallMinutes));

    private static Option<int?> MakePort()
    {
        var option = new Option<int?>("--metrics-port") { Description = "Serve the run's metrics for Prometheus at http://127.0.0.1:PORT/metrics while it lasts.", HelpName = "PORT" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } port and (< 1 or > 65_535))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--metrics-port is {port}; it must be 1 to 65535."));
        });
        return option;
    }

    private static Option<double> MakeStall()
    {
        var option = new Option<double>("--stall-minutes")
        {
            Description = "Warn when no row has ended for so long, and then after twice as long each time; 0 for never.",
            DefaultValueFactory = _ => StandardMinutes,
            HelpName = "MINUTES",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is var minutes && !(minutes is >= 0 and <= 10_000))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--stall-minutes is {minutes}; it must be 0 to 10000."));
        });
        return option;
    }
}
