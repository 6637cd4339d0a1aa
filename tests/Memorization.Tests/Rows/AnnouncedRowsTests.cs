using CsCheck;
using Memorization.Flow;
using Memorization.Rows;
using Serilog.Core;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Rows;

/// <summary>Rows that the scan announces before they come.</summary>
public sealed class AnnouncedRowsTests : IDisposable
{
    private readonly ParquetFixture _files = new();
    private int _written;

    public void Dispose() => _files.Dispose();

    [Fact]
    public Task Every_row_is_announced_once_before_it_comes_and_comes_in_its_order() => Gen.Select(Gen.Int[0, 9000].Array[1, 6], Gen.Int[1, 3], Gen.Bool, Gen.Int[1, 1_000_000]).SampleAsync(
        async (lengths, parallelism, wantsAll, characters) =>
        {
            string[] files = [.. lengths.Select((rows, i) => _files.Write($"{_written++}.parquet", ("URL", Texts(i, rows)), ("TEXT", Texts(i, rows))))];
            List<string> announced = [];
            var count = 0;
            bool Announce(IReadOnlyCollection<LaionRow> batch)
            {
                // The row that fills it is the last.
                batch.SkipLast(1).Sum(row => 100 + row.Url!.Length + row.Caption.Length).ShouldBeLessThan(characters);
                announced.AddRange(batch.Select(row => row.Caption));
                Volatile.Write(ref count, announced.Count);
                return wantsAll || announced.Count < 5000;
            }

            var (rows, ends) = await RunAsync(files, parallelism, new RowAnnouncement(Announce, characters), taken => !wantsAll || taken < Volatile.Read(ref count));

            var expected = lengths.SelectMany((count, i) => Texts(i, count)).ToList();
            rows.ShouldBe(expected);
            announced.ShouldBe(expected.Take(announced.Count));
            if (wantsAll) announced.Count.ShouldBe(expected.Count);
            ends.Sum(end => end.Emitted).ShouldBe(expected.Count);
        },
        iter: 8, threads: 1);

    [Fact]
    public async Task Small_files_are_announced_together_as_far_as_they_have_been_read()
    {
        string[] files = [.. Enumerable.Range(0, 40).Select(i => _files.Write($"{i:00}.parquet", ("URL", Texts(i, 10)), ("TEXT", Texts(i, 10))))];
        List<int> batches = [];
        LaionScan? scan = null;

        var (rows, ends) = await RunAsync(files, 2, batch =>
        {
            batches.Add(batch.Count);
            // As long as a look-up takes, others are read: here, until the next four files have been opened.
            SpinWait.SpinUntil(() => scan!.FilesOpened >= Math.Min(files.Length, batches.Sum() / 10 + 4), TimeSpan.FromSeconds(5));
            return true;
        }, made: made => scan = made);

        rows.Count.ShouldBe(400);
        ends.Count.ShouldBe(40);
        batches.Sum().ShouldBe(400);
        batches.Count.ShouldBeLessThan(40);
    }

    [Fact]
    public async Task Rows_before_a_broken_place_are_announced_and_come()
    {
        var whole = await File.ReadAllBytesAsync(_files.Write("whole.parquet", ParquetFixture.Build(builder => builder.DisableDictionary()), 100, ("URL", Texts(0, 300)), ("TEXT", Texts(0, 300))), TestContext.Current.CancellationToken);
        whole.AsSpan(whole.Length / 3, 300).Fill(0xEE);
        List<string> announced = [];

        var (rows, ends) = await RunAsync([_files.Bytes("broken.parquet", whole), _files.Write("b.parquet", ("URL", Texts(1, 5)), ("TEXT", Texts(1, 5)))], 2, batch =>
        {
            announced.AddRange(batch.Select(row => row.Caption));
            return true;
        });

        announced.ShouldBe(rows);
        rows.TakeLast(5).ShouldBe(Texts(1, 5));
        ends.Count.ShouldBeLessThan(4);
    }

    [Fact]
    public async Task Once_reading_is_to_stop_announced_rows_that_are_not_in_the_graph_stay_out_of_it_and_their_unit_has_no_end()
    {
        using var drain = new CancellationTokenSource();
        var announced = 0;
        var scan = new LaionScan([_files.Write("a.parquet", ("URL", Texts(0, 20_000)), ("TEXT", Texts(0, 20_000)))], new ScanFilter(), 1, Logger.None)
        {
            Announce = new RowAnnouncement(batch => (announced += batch.Count) >= 0, int.MaxValue),
        };

        var (rows, ends) = await RunAsync(
            scan,
            taken =>
            {
                if (taken == 10) drain.Cancel();
                return true;
            },
            drain.Token);

        announced.ShouldBe(20_000);
        rows.Count.ShouldBeInRange(11, 5_000);
        ends.ShouldBeEmpty();
    }

    private static string[] Texts(int file, int rows) => [.. Enumerable.Range(0, rows).Select(row => $"{file} {row}")];

    private static async Task<(List<string> Rows, List<UnitEnd> Ends)> RunAsync(string[] files, int parallelism, Func<IReadOnlyCollection<LaionRow>, bool> announce, Func<int, bool>? isAnnounced = null, Action<LaionScan>? made = null) =>
        await RunAsync(files, parallelism, new RowAnnouncement(announce, int.MaxValue), isAnnounced, made);

    private static async Task<(List<string> Rows, List<UnitEnd> Ends)> RunAsync(string[] files, int parallelism, RowAnnouncement announce, Func<int, bool>? isAnnounced = null, Action<LaionScan>? made = null)
    {
        var scan = new LaionScan(files, new ScanFilter(), parallelism, Logger.None) { Announce = announce };
        made?.Invoke(scan);
        return await RunAsync(scan, isAnnounced, CancellationToken.None);
    }

    private static async Task<(List<string> Rows, List<UnitEnd> Ends)> RunAsync(LaionScan scan, Func<int, bool>? isAnnounced, CancellationToken drain)
    {
        List<string> rows = [];
        List<UnitEnd> ends = [];
        using var graph = new Graph(drain, CancellationToken.None);
        graph.Source<LaionRow>(StageName.Scan, scan.RunAsync).Collect<object>(
            StageName.Store,
            end =>
            {
                if (end.Item is LaionRow row)
                {
                    if (isAnnounced is not null) isAnnounced(rows.Count).ShouldBeTrue($"{row.Caption} came unannounced");
                    rows.Add(row.Caption);
                }
                else
                {
                    ends.Add((UnitEnd)end.Item);
                }

                return ValueTask.FromResult<object?>(null);
            },
            () => ValueTask.FromResult<object?>(null)).Sink(StageName.Cluster, (_, _) => ValueTask.CompletedTask);
        await graph.RunAsync().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return (rows, ends);
    }
}
