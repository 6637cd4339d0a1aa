using System.Diagnostics;
using System.Text.Json;
using Shouldly;

namespace Memorization.Tests.Pipelines;

/// <summary>The built program, run as a person or a scheduler runs it.</summary>
internal static class Program
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>What a run of the program left.</summary>
    public sealed record Result(int ExitCode, string Output, string Error)
    {
        /// <summary>Standard output as one JSON document.</summary>
        public JsonElement Json() => JsonDocument.Parse(Output).RootElement;

        /// <summary>The only line on standard error; the exit code must be 1 and standard output empty.</summary>
        public string UserError()
        {
            ExitCode.ShouldBe(1, Error);
            Output.ShouldBeEmpty();
            return Error.TrimEnd().Split('\n').ShouldHaveSingleItem();
        }
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<Result> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        return new Result(process.ExitCode, await output, await error);
    }

    /// <summary>Starts the program and returns while it runs.</summary>
    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "memorization.dll"), .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
