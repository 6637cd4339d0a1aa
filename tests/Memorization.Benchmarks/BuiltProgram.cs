using System.Diagnostics;
using System.Text.Json;

namespace Memorization.Benchmarks;

/// <summary>The program as <c>dotnet build -c Release</c> leaves it, or another one.</summary>
internal static class BuiltProgram
{
    /// <summary>Where it is.</summary>
    public static string Path { get; set; } = Find();

    /// <summary>Starts it with both outputs redirected.</summary>
    public static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>Runs a study as a night does.</summary>
    /// <returns>What <c>--json</c> prints.</returns>
    /// <exception cref="InvalidOperationException">The run failed.</exception>
    public static JsonElement Run(string study)
    {
        using var process = Start("run", study, "--json", "--quiet");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonDocument.Parse(output).RootElement : throw new InvalidOperationException(process.StandardError.ReadToEnd());
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Memorization.sln"))) return System.IO.Path.Combine(folder.FullName, "pipelines", "bin", "Release", "net10.0", "memorization");
        throw new DirectoryNotFoundException("no Memorization.sln above the benchmarks");
    }
}
