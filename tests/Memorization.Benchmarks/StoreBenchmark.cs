using System.Diagnostics;
using System.Globalization;
using ParquetSharp;

namespace Memorization.Benchmarks;

/// <summary>A million rows through scan, verdicts and store without an image, and what a hundredth and a tenth more cost: <c>-- store [ROWS [PROGRAM]]</c>. Prints Markdown.</summary>
/// <remarks>Every caption is refused as too long, so that each row is selected, judged and written, and none is fetched. Each run is a process of its own.</remarks>
internal static class StoreBenchmark
{
    private const int RowsPerGroup = 100_000;
    private const int Increments = 5, TenfoldIncrements = 3;

    public static int Run(int rows)
    {
        var increment = rows / 100;
        var folder = Directory.CreateTempSubdirectory("memorization-store-").FullName;
        try
        {
            Write(Path.Combine(folder, "part-00000.parquet"), 0, rows);
            var study = Path.Combine(folder, "study.json");
            File.WriteAllText(study, """{ "name": "million", "input": ["part-*.parquet"], "keywords": ["gogh"], "filters": { "caption": { "maxTokens": 3 } }, "store": { "images": "none" } }""");
            Console.WriteLine("| run | rows new | seconds | of them in the process's start | rows/s | peak memory, MB | MB written |");
            Console.WriteLine("|---|---|---|---|---|---|---|");
            var idle = NightCosts.Median(3, () => Time("reasons"));
            var all = Report("all rows", rows, study, folder, idle);
            var nothing = Report("nothing new", 0, study, folder, idle);
            var (next, part) = (rows, 0);
            var more = NightCosts.Median(Increments, () => More("1 % more", increment));
            var tenfold = NightCosts.Median(TenfoldIncrements, () => More("10 % more", 10 * increment));
            NightCosts.Print(all, nothing, more, tenfold);

            double More(string name, int count)
            {
                Write(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"part-{++part:00000}.parquet")), next, count);
                next += count;
                return Report(name, count, study, folder, idle);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Report(string name, long rows, string study, string folder, double idle)
    {
        var before = Bytes(folder);
        var start = Stopwatch.GetTimestamp();
        var result = BuiltProgram.Run(study);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (result.GetProperty("reasons").GetProperty("CaptionTooLong").GetInt64() != result.GetProperty("rows_read").GetInt64()) throw new InvalidOperationException("a row ended otherwise than made");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {rows:N0} | {seconds:F2} | {idle:F2} | {(rows == 0 ? "" : (rows / seconds).ToString("N0", CultureInfo.InvariantCulture))} | {result.GetProperty("peak_bytes").GetInt64() / 1e6:F0} | {(Bytes(folder) - before) / 1e6:F2} |"));
        return seconds;
    }

    private static long Bytes(string folder) =>
        Directory.EnumerateFiles(Path.Combine(folder, "store") is var store && Directory.Exists(store) ? store : folder, "*", SearchOption.AllDirectories)
            .Where(path => path.Contains("store", StringComparison.Ordinal) && !path.Contains("report", StringComparison.Ordinal)).Sum(path => new FileInfo(path).Length);

    private static double Time(params string[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = BuiltProgram.Start(arguments);
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Write(string path, int first, int count)
    {
        Column[] columns = [new Column<string>("URL"), new Column<string>("TEXT"), new Column<int>("WIDTH"), new Column<int>("HEIGHT"), new Column<double>("similarity")];
        using var file = new ParquetFileWriter(path, columns, Compression.Snappy);
        foreach (var group in Enumerable.Range(first, count).Chunk(RowsPerGroup))
        {
            using var writer = file.AppendRowGroup();
            Add(writer, group, i => string.Create(CultureInfo.InvariantCulture, $"http://host-{i % 4999}.test/made/{i}.jpg"));
            Add(writer, group, i => string.Create(CultureInfo.InvariantCulture, $"made painting number {i} after vincent van gogh, print {i % 97}"));
            Add(writer, group, i => 200 + (i % 800));
            Add(writer, group, i => 200 + (i % 700));
            Add(writer, group, i => 0.2 + (i % 1000 / 5000.0));
        }

        file.Close();
    }

    private static void Add<T>(RowGroupWriter writer, int[] rows, Func<int, T> value)
    {
        using var column = writer.NextColumn().LogicalWriter<T>();
        column.WriteBatch([.. rows.Select(value)]);
    }
}
