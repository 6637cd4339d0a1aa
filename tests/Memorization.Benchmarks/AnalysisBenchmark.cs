using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Memorization.Benchmarks;

/// <summary>What <c>analyze</c> takes over a made store: <c>-- analyze [ROWS FAMILIES DIMENSION]</c>. Prints Markdown; every run is a process of its own.</summary>
internal static class AnalysisBenchmark
{
    private const int Runs = 3;

    public static async Task<int> RunAsync(int rows = 1_000_000, int families = 100_000, int dimension = 512)
    {
        var folder = Directory.CreateTempSubdirectory("memorization-analyze-").FullName;
        try
        {
            var study = new MadeStudy(folder, rows, families, dimension);
            var start = Stopwatch.GetTimestamp();
            var contents = await study.WriteAsync();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"written in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s"));
            Console.WriteLine("| rows | families | images | numbers per embedding | seconds | peak memory, MB | families listed | triggers |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|");
            for (var run = 0; run < Runs; run++)
            {
                start = Stopwatch.GetTimestamp();
                var peak = await AnalyzeAsync(study.Study, Path.Combine(folder, "analysis.json"));
                var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                await using var output = File.OpenRead(Path.Combine(folder, "analysis.json"));
                using var json = await JsonDocument.ParseAsync(output);
                var listed = json.RootElement.GetProperty("families").GetArrayLength();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {rows:N0} | {families:N0} | {contents:N0} | {dimension} | {seconds:F1} | {peak / 1e6:F0} | {listed:N0} | {json.RootElement.GetProperty("triggers").GetArrayLength():N0} |"));
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Its output goes to a file, as it would in use: to take it as a text would cost a second process as much as the first. Linux forgets the peak with the process:
    // it is read while the process lives.
    private static async Task<long> AnalyzeAsync(string study, string path)
    {
        using var process = BuiltProgram.Start("analyze", study, "--json");
        await using var file = File.Create(path);
        var written = process.StandardOutput.BaseStream.CopyToAsync(file);
        var peak = 0L;
        while (!process.WaitForExit(20))
        {
            try
            {
                peak = Math.Max(peak, process.PeakWorkingSet64);
                process.Refresh();
            }
            catch (InvalidOperationException)
            {
                break; // it has ended
            }
        }

        await written;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? peak : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }
}
