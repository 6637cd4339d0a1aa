using Memorization.Flow;
using Memorization.Rows;
using ParquetSharp;
using Serilog.Core;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Rows;

public sealed class LaionScanTests : IDisposable
{
    private readonly ParquetFixture _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task The_rows_come_in_the_order_of_the_input_whatever_the_number_of_threads(int parallelism)
    {
        string[] files = [Write("a.parquet", 20_000, 900), Write("b.parquet", 50, 50), Write("c.parquet", 9_000, 100)];

        var (rows, graph, scan) = await RunAsync(files, parallelism);

        rows.OfType<LaionRow>().Select(row => row.Caption).ShouldBe(
            Captions("a.parquet", 20_000).Concat(Captions("b.parquet", 50)).Concat(Captions("c.parquet", 9_000)));
        rows.OfType<UnitEnd>().Sum(end => end.Emitted).ShouldBe(29_050);
        graph.Stages[0].Kept.ShouldBe(29_050);
        (scan.FilesOpened, scan.Progress, scan.Broken.Count).ShouldBe((3, 1.0, 0));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_named_and_the_others_are_read()
    {
        string[] files = [_files.Bytes("a.parquet", [1, 2, 3]), Write("b.parquet", 100, 30), _files.Path("c.parquet"), Write("d.parquet", 100, 30)];

        var (rows, _, scan) = await RunAsync(files, 2);

        rows.OfType<LaionRow>().Count().ShouldBe(200);
        scan.Broken.Select(broken => broken.File).ShouldBe([files[0], files[2]]);
        (scan.FilesOpened, scan.Progress).ShouldBe((2, 1.0));
    }

    [Fact]
    public async Task A_broken_row_group_keeps_its_good_rows_counted_and_its_unit_open()
    {
        var whole = File.ReadAllBytes(Write("a.parquet", 300, 100));
        whole.AsSpan(whole.Length / 3, 300).Fill(0xEE);

        var (rows, graph, scan) = await RunAsync([_files.Bytes("b.parquet", whole)], 2);

        scan.Broken.Count.ShouldBeGreaterThan(0);
        rows.OfType<UnitEnd>().Count().ShouldBe(3 - scan.Broken.Count);
        graph.Stages[0].In.ShouldBe(rows.OfType<LaionRow>().Count());
    }

    [Fact]
    public async Task Told_to_drain_the_scan_stops_though_its_threads_wait()
    {
        using var drain = new CancellationTokenSource();
        var scan = new LaionScan([Write("a.parquet", 60_000, 20_000)], new ScanFilter(), 2, Logger.None);
        using var graph = new Graph(drain.Token, CancellationToken.None);
        var taken = 0;
        graph.Source<LaionRow>(StageName.Scan, scan.RunAsync).Collect<object>(
            StageName.Store,
            async end =>
            {
                if (end.Item is LaionRow && ++taken == 10) await drain.CancelAsync();
                return null;
            },
            () => ValueTask.FromResult<object?>(null)).Sink(StageName.Cluster, (_, _) => ValueTask.CompletedTask);

        await graph.RunAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        taken.ShouldBeInRange(10, 59_999);
        graph.Stages[0].Kept.ShouldBe(taken);
    }

    [Fact]
    public async Task Units_that_are_done_and_content_met_before_are_not_read_again()
    {
        var path = Write("a.parquet", 300, 100);
        var copy = _files.Bytes("b.parquet", await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        var done = LaionFile.Open(path, TestContext.Current.CancellationToken).Unit(1);

        var (rows, _, _) = await RunAsync([path, copy], 2, unit => unit == done);

        rows.OfType<LaionRow>().Select(row => row.Caption).ShouldBe(Captions("a.parquet", 300).Where((_, i) => i is < 100 or >= 200));
    }

    [Fact]
    public async Task Of_each_unit_it_is_known_whether_its_statistics_exclude_it()
    {
        using var properties = ParquetFixture.Build(builder => builder.Compression(Compression.Snappy));
        var path = _files.Write(
            "a.parquet", properties, 2, ("URL", new[] { "u0", "u1", "u2", "u3" }), ("TEXT", new[] { null, "a cat", "a cat", "a cat" }), ("similarity", new double?[] { 0.1, 0.2, 0.2, 0.4 }));
        List<bool> excluded = [];
        foreach (var metadata in (MetadataOptions[])[new() { MinSimilarity = 0.3 }, new() { Nsfw = ["UNLIKELY"] }])
        {
            var scan = new LaionScan([path], new ScanFilter(null, metadata), Decide, _ => throw new InvalidOperationException(), 1, Logger.None);
            using var graph = new Graph(CancellationToken.None, CancellationToken.None);
            graph.Source<LaionRow>(StageName.Scan, scan.RunAsync).Sink(StageName.Cluster, (_, _) => ValueTask.CompletedTask);
            await graph.RunAsync().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }

        excluded.ShouldBe([true, false, false, false]);

        UnitWork Decide(UnitId unit, int rows, Func<bool> isExcluded)
        {
            excluded.Add(isExcluded());
            return UnitWork.Finished;
        }
    }

    private static async Task<(List<object> Ends, Graph Graph, LaionScan Scan)> RunAsync(string[] files, int parallelism, Func<UnitId, bool>? isDone = null)
    {
        List<object> ends = [];
        var scan = new LaionScan(
            files, new ScanFilter(), (unit, _, _) => isDone is not null && isDone(unit) ? UnitWork.Finished : UnitWork.Scan, _ => throw new InvalidOperationException(), parallelism, Logger.None);
        using var graph = new Graph(CancellationToken.None, CancellationToken.None);
        graph.Source<LaionRow>(StageName.Scan, scan.RunAsync).Collect<object>(
            StageName.Store,
            end =>
            {
                ends.Add(end.Item);
                return ValueTask.FromResult<object?>(null);
            },
            () => ValueTask.FromResult<object?>(null)).Sink(StageName.Cluster, (_, _) => ValueTask.CompletedTask);
        await graph.RunAsync().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return (ends, graph, scan);
    }

    private static string[] Captions(string name, int rows) => [.. Enumerable.Range(0, rows).Select(row => $"{name} {row}")];

    private string Write(string name, int rows, int rowsPerGroup)
    {
        using var properties = ParquetFixture.Build(builder => builder.Compression(Compression.Snappy).DisableDictionary());
        var captions = Captions(name, rows);
        return _files.Write(name, properties, rowsPerGroup, ("URL", captions), ("TEXT", captions));
    }
}
