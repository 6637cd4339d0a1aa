using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Memorization.Tests;

/// <summary>The system's Python, which reads what the program writes as others would; $PYTHON names another.</summary>
internal static class Python
{
    private static string Executable => Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3";

    /// <summary>Runs a program and returns what it prints, without the end of the last line; skips the test where Python or a module is missing.</summary>
    /// <param name="modules">What the program imports, with commas.</param>
    /// <param name="program">The lines after the imports.</param>
    /// <param name="arguments"><c>sys.argv[1:]</c>.</param>
    public static async Task<string> RunAsync(string modules, string program, params string[] arguments)
    {
        if (!File.Exists(Executable)) Assert.Skip($"needs {Executable}; install python3 and python3-numpy or name one with $PYTHON");
        foreach (var module in modules.Split(", "))
        {
            if ((await ProcessAsync($"import {module}")).ExitCode != 0) Assert.Skip($"needs the module {module} of {Executable}; install python3-{module}");
        }

        var (exitCode, output, error) = await ProcessAsync($"import sys, {modules}\n{program}", arguments);
        exitCode.ShouldBe(0, error);
        return output.TrimEnd('\n');
    }

    private static async Task<(int ExitCode, string Output, string Error)> ProcessAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Executable, ["-c", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (process.ExitCode, await output, await error);
    }
}
