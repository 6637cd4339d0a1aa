using System.CommandLine;
using System.Globalization;
using Memorization.Pipelines.Bench;
using Memorization.Pipelines.Http;
using Memorization.Pipelines.Terminal;

namespace Memorization.Pipelines.Verbs;

/// <summary>bench-server: the made web of bench fetch, in a process of its own. Says its port, and ends with its standard input.</summary>
internal static class BenchServerVerb
{
    public const string Name = "bench-server";

    public static Command Create()
    {
        var options = new FetchServerOptions();
        var command = new Command(Name, "Serves the made web of bench fetch until its standard input ends.") { Hidden = true };
        options.AddTo(command);
        command.SetAction(async (parsed, stop) =>
        {
            await using var server = await LoopbackServer.StartAsync(0, options.Make(parsed).ServeAsync, "port", stop);
            await Console.Out.WriteLineAsync(server.Port.ToString(CultureInfo.InvariantCulture));
            await Console.In.ReadToEndAsync(stop);
            return ExitCodes.Done;
        });
        return command;
    }
}
