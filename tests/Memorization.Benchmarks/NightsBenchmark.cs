using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;

namespace Memorization.Benchmarks;

/// <summary>A world with its images, and what nights cost that bring nothing, a hundredth and a tenth more of it: <c>-- nights [ROWS [PROGRAM]]</c>. Prints Markdown.</summary>
/// <remarks>The image server is a process of its own on the same machine. Nothing fails: rows that are tried again would be no night's own. Each run is a process.</remarks>
internal static class NightsBenchmark
{
    private const int Increments = 3;

    public static int Run(int rows)
    {
        var folder = Directory.CreateTempSubdirectory("memorization-nights-").FullName;
        try
        {
            using var server = BuiltProgram.Start("demo", "--serve-only", "--faults", "off", "--seed", "5", "--rows", rows.ToString(CultureInfo.InvariantCulture), "--out", folder, "--json");
            try
            {
                Measure(folder, JsonDocument.Parse(server.StandardOutput.ReadLine()!).RootElement.GetProperty("study").GetString()!, rows);
            }
            finally
            {
                server.Kill();
                server.WaitForExit();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Measure(string folder, string study, int rows)
    {
        using var world = World(folder, study);
        // So that the increments are a hundredth and a tenth of what was there before them.
        var increment = rows / (100 + Increments + 10);
        var all = rows - ((Increments + 10) * increment);
        var (next, part) = (0, 0);
        Console.WriteLine("| run | rows new | images fetched | embedded | seconds | images/s | peak memory, MB |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        var first = Night("all rows", all);
        var nothing = Night("nothing new", 0);
        var more = NightCosts.Median(Increments, () => Night("1 % more", increment));
        NightCosts.Print(first, nothing, more, Night("10 % more", 10 * increment));

        double Night(string name, int count)
        {
            if (count > 0)
            {
                var path = Path.Combine(folder, "nights", string.Create(CultureInfo.InvariantCulture, $"part-{++part:00000}.parquet"));
                Execute(world, string.Create(CultureInfo.InvariantCulture, $"COPY (SELECT * EXCLUDE i FROM world WHERE i BETWEEN {next + 1} AND {next += count} ORDER BY i) TO '{path}' (FORMAT parquet, COMPRESSION snappy)"));
            }

            var start = Stopwatch.GetTimestamp();
            var result = BuiltProgram.Run(study);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            var fetched = Number("fetched");
            if (Number("rows_read") != next || (fetched > 0) != (count > 0)) throw new InvalidOperationException($"{name}: {Number("rows_read")} of {next} rows read, {fetched} images fetched");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {count:N0} | {fetched:N0} | {Number("embedded"):N0} | {seconds:F2} | {(fetched == 0 ? "" : (fetched / seconds).ToString("N0", CultureInfo.InvariantCulture))} | {Number("peak_bytes") / 1e6:F0} |"));
            return seconds;

            long Number(string property) => result.GetProperty(property).GetInt64();
        }
    }

    // The rows in the order of the files, to be handed out in files of a night each.
    private static DuckDBConnection World(string folder, string study)
    {
        Directory.CreateDirectory(Path.Combine(folder, "nights"));
        var options = JsonNode.Parse(File.ReadAllText(study))!;
        options["input"] = new JsonArray("nights/part-*.parquet");
        File.WriteAllText(study, options.ToJsonString());
        var world = new DuckDBConnection("DataSource=:memory:");
        world.Open();
        Execute(world, $"CREATE TABLE world AS SELECT * EXCLUDE (filename, file_row_number), row_number() OVER (ORDER BY filename, file_row_number) AS i FROM read_parquet('{folder}/input/*.parquet', filename = true, file_row_number = true)");
        return world;
    }

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
