using System.Globalization;
using DuckDB.NET.Data;
using Memorization.Captions;
using Memorization.Flow;
using Memorization.Rows;
using Serilog.Core;

namespace Memorization.Pipelines.Bench;

/// <summary>
/// The scan of a made LAION file for a keyword, from opening the file to its rows leaving the graph, beside DuckDB reading the same
/// columns of the same hits with the same number of threads.
/// </summary>
/// <remarks>The hits of all are held equal, by URL and caption.</remarks>
internal sealed class ScanBench(int rows, int threads, int runs)
{
    private const string Keyword = "van gogh";
    private static readonly string[] FourKeywords = [Keyword, "claude monet", "girl pearl earring", "astronaut"];

    // Each finds what the scan does in this file. Which is the fastest differs from file to file.
    private static readonly string[] Predicates =
    [
        "contains(lower(TEXT), 'van gogh')",
        "lower(TEXT) LIKE '%van gogh%'",
        "TEXT ILIKE '%van gogh%'",
        "regexp_matches(TEXT, '(?i)van gogh')",
        "contains(lower(TEXT), 'gogh') AND contains(lower(TEXT), 'van')",
    ];

    public async Task<BenchResult> RunAsync(CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("memorization-bench-");
        try
        {
            var path = Path.Combine(folder.FullName, "part-00000.snappy.parquet");
            MadeLaion.Write(path, rows, seed: 1);
            return await RunAsync(path, stop);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<BenchResult> RunAsync(string path, CancellationToken stop)
    {
        var hits = new Dictionary<string, List<(string?, string)>>();
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        Execute(duck, string.Create(CultureInfo.InvariantCulture, $"SET threads = {threads}"));

        var contest = new Contest(runs)
            .Add("scan", async () => hits["scan"] = await ScanAsync(path, [Keyword]))
            .Add("scan, four keywords", async () => hits["scan, four keywords"] = await ScanAsync(path, FourKeywords));
        foreach (var predicate in Predicates)
        {
            contest.Add(predicate, () =>
            {
                hits[predicate] = Query(duck, path, predicate);
                return Task.CompletedTask;
            });
        }

        var times = await contest.RunAsync(stop);
        foreach (var (name, found) in hits)
        {
            if (!found.Order().SequenceEqual(hits["scan"].Order()))
                throw new InvalidOperationException($"{name} found {found.Count} hits, the scan {hits["scan"].Count}, and they are not the same");
        }

        var scan = times[0];
        return new BenchResult
        {
            Bench = "scan",
            Unit = "rows/s",
            Median = rows / scan.Median,
            Minimum = rows / scan.Seconds[^1],
            Maximum = rows / scan.Seconds[0],
            Runs = runs,
            Threads = threads,
            Versions = Versions.All(),
            Peers = [.. times.Skip(1).Select(peer => new BenchPeer(
                peer.Name.StartsWith("scan", StringComparison.Ordinal) ? peer.Name : $"DuckDB {peer.Name}", rows / peer.Median, peer.Median / scan.Median))],
            Details = new Dictionary<string, double>
            {
                ["rows"] = rows,
                ["hits"] = hits["scan"].Count,
                ["file_bytes"] = new FileInfo(path).Length,
                ["peak_bytes"] = PeakMemory.Bytes(),
            },
        };
    }

    private async Task<List<(string?, string)>> ScanAsync(string path, string[] keywords)
    {
        List<(string?, string)> found = [];
        var matcher = new KeywordMatcher(keywords);
        var filter = new ScanFilter(new CaptionQuery(matcher.IndexOfCandidate, matcher.MayMatch));
        var scan = new LaionScan([path], filter, threads, Logger.None);
        using var graph = new Graph(CancellationToken.None, CancellationToken.None);
        graph.Source<LaionRow>(StageName.Scan, scan.RunAsync).Collect<object>(
            StageName.Store,
            end =>
            {
                if (end.Item is LaionRow row) found.Add((row.Url, row.Caption));
                return ValueTask.FromResult<object?>(null);
            },
            () => ValueTask.FromResult<object?>(null)).Sink(StageName.Cluster, (_, _) => ValueTask.CompletedTask);
        await graph.RunAsync();
        return scan.Broken is [var broken, ..] ? throw broken : found;
    }

    private static List<(string?, string)> Query(DuckDBConnection duck, string path, string predicate)
    {
        List<(string?, string)> found = [];
        using var command = duck.CreateCommand();
        command.CommandText = $"SELECT URL, TEXT, HEIGHT, WIDTH, LICENSE, NSFW, similarity FROM read_parquet('{path}') WHERE {predicate}";
        using var reader = command.ExecuteReader();
        while (reader.Read()) found.Add((reader.IsDBNull(0) ? null : reader.GetString(0), reader.GetString(1)));
        return found;
    }

    private static void Execute(DuckDBConnection duck, string sql)
    {
        using var command = duck.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
