using System.Diagnostics;

namespace Memorization.Benchmarks;

/// <summary>The program as <c>dotnet build -c Release</c> leaves it.</summary>
internal static class BuiltProgram
{
    /// <summary>Starts it with both outputs redirected.</summary>
    public static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Find(), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Memorization.sln"))) return Path.Combine(folder.FullName, "pipelines", "bin", "Release", "net10.0", "memorization");
        throw new DirectoryNotFoundException("no Memorization.sln above the benchmarks");
    }
}
