using System.CommandLine;
using Memorization.Pipelines.Terminal;

namespace Memorization.Pipelines.Bench;

/// <summary>How the made web of bench fetch behaves: options of the bench, which hands them to bench-server.</summary>
internal sealed class FetchServerOptions
{
    private readonly Option<bool> _plain = new("--plain") { Description = "No latency and no failures: what the machine can do at most." };
    private readonly Option<string?> _images = new("--images") { Description = "Serve the images below this folder instead of made photographs.", HelpName = "FOLDER" };
    private readonly Option<int> _side = NumberOption.Create("--side", "Pixels on each side of made photographs.", 256, 16, 4096);

    public void AddTo(Command command)
    {
        command.Add(_plain);
        command.Add(_images);
        command.Add(_side);
    }

    /// <summary>The same options for bench-server's command line.</summary>
    public string[] Arguments(ParseResult parsed)
    {
        List<string> arguments = ["--side", FormattableString.Invariant($"{parsed.GetValue(_side)}")];
        if (parsed.GetValue(_plain)) arguments.Add("--plain");
        if (parsed.GetValue(_images) is { } folder) arguments.AddRange(["--images", Path.GetFullPath(folder)]);
        return [.. arguments];
    }

    /// <summary>What to serve.</summary>
    public FetchServer Make(ParseResult parsed) =>
        new(parsed.GetValue(_images) is { } folder ? BenchImages.Read([folder]) : FetchServer.Paint(parsed.GetValue(_side)), parsed.GetValue(_plain));
}
