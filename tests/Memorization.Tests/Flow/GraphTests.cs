using CsCheck;
using Memorization.Flow;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Flow;

/// <summary>One test for each Dataflow trap, and the law of conservation.</summary>
public sealed class GraphTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Every_row_ends_once_kept_or_with_its_reason()
    {
        var run = new Run(rows: 1000);

        await run.Start((row, _) => row.Number % 3 == 0 ? new Rejection(Reason.InvalidUrl) : row).WaitAsync(Patience, TestContext.Current.CancellationToken);

        run.Ends.Count.ShouldBe(1000);
        run.Ends.Select(end => ((Row)end.Item).Number).Order().ShouldBe(Enumerable.Range(0, 1000));
        run.Ends.Count(end => end.Rejection?.Reason == Reason.InvalidUrl).ShouldBe(334);
        Conservation.Breaches(run.Graph.Stages.SkipLast(1).ToList()).ShouldBeEmpty();
    }

    [Fact]
    public Task Rows_are_conserved_for_any_mix_of_rejections_parallelism_and_capacity() =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[0, 100], Gen.Int[1, 8], Gen.Int[1, 32], Gen.Int)
            .SampleAsync(async (rows, percent, parallelism, capacity, seed) =>
            {
                var rejected = new HashSet<int>(Enumerable.Range(0, rows).Where(i => new Random(seed ^ i).Next(100) < percent));
                var run = new Run(rows, new StageOptions(parallelism, capacity));
                await run.Start((row, _) => rejected.Contains(row.Number) ? new Rejection(Reason.InvalidUrl) : row).WaitAsync(Patience);
                run.Ends.Count.ShouldBe(rows);
                run.Ends.Count(end => end.Rejection is not null).ShouldBe(rejected.Count);
                Conservation.Breaches(run.Graph.Stages.SkipLast(1).ToList()).ShouldBeEmpty();
            }, iter: 100);

    /// <summary>Trap 1: a fault travels only downstream, and a bounded head then waits for ever.</summary>
    [Fact]
    public async Task A_fault_in_the_last_stage_ends_the_endless_source()
    {
        var run = new Run(rows: int.MaxValue);

        var thrown = await Should.ThrowAsync<FormatException>(() => run.Start(
            (row, _) => row.Number < 500 ? row : throw new FormatException("row 500")).WaitAsync(Patience));

        thrown.Message.ShouldBe("row 500");
    }

    [Fact]
    public async Task A_fault_of_the_collector_ends_the_run()
    {
        var run = new Run(rows: int.MaxValue) { OnEnd = count => { if (count == 100) throw new IOException("disk full"); } };

        (await Should.ThrowAsync<IOException>(() => run.Start((row, _) => row).WaitAsync(Patience))).Message.ShouldBe("disk full");
    }

    [Fact]
    public async Task A_fault_of_the_source_ends_the_run()
    {
        var run = new Run(rows: 10) { AfterRow = row => { if (row == 5) throw new InvalidDataException("row group 3"); } };

        (await Should.ThrowAsync<InvalidDataException>(() => run.Start((row, _) => row).WaitAsync(Patience))).Message.ShouldBe("row group 3");
    }

    /// <summary>Trap 2: a delegate that throws OperationCanceledException drops its row, and the block ends as if nothing had been.</summary>
    [Fact]
    public async Task A_stage_that_cancels_itself_is_a_fault_and_not_a_lost_row()
    {
        var run = new Run(rows: 100);

        await Should.ThrowAsync<StrayCancellationException>(() => run.Start(
            (row, _) => row.Number == 42 ? throw new TaskCanceledException("a client's own time-out") : row).WaitAsync(Patience));
    }

    /// <summary>Trap 3: completion propagated by two links closes a shared block while rows are under way.</summary>
    [Fact]
    public async Task Rejections_that_arrive_after_the_last_kept_row_are_not_lost()
    {
        var run = new Run(rows: 64, new StageOptions(Parallelism: 64));
        var kept = new TaskCompletionSource();
        run.OnEnd = count => { if (count == 32) kept.SetResult(); };

        await run.Start(async (row, _) =>
        {
            if (row.Number % 2 == 0) return row;
            await kept.Task;
            return new Rejection(Reason.InvalidUrl);
        }).WaitAsync(Patience, TestContext.Current.CancellationToken);

        run.Ends.Count.ShouldBe(64);
        run.Ends.Skip(32).ShouldAllBe(end => end.Rejection != null);
    }

    /// <summary>Trap 4: an ordered block holds every row behind a slow one.</summary>
    [Fact]
    public async Task A_slow_row_does_not_hold_back_the_rows_behind_it()
    {
        var run = new Run(rows: 200, new StageOptions(Parallelism: 2, Capacity: 8));
        var others = new TaskCompletionSource();
        run.OnEnd = count => { if (count == 199) others.SetResult(); };

        await run.Start(async (row, _) =>
        {
            if (row.Number == 0) await others.Task;
            return row;
        }).WaitAsync(Patience, TestContext.Current.CancellationToken);

        ((Row)run.Ends[^1].Item).Number.ShouldBe(0);
    }

    [Fact]
    public async Task The_source_waits_while_the_graph_is_full()
    {
        var gate = new TaskCompletionSource();
        var run = new Run(rows: 100_000, new StageOptions(Parallelism: 1, Capacity: 4));
        var emitted = 0;
        run.AfterRow = row => emitted = row + 1;
        var running = run.Start(async (row, _) =>
        {
            await gate.Task;
            return row;
        });

        // The source stops by itself: two looks that see the same count, with many turns of the scheduler between them.
        int before;
        do
        {
            before = Volatile.Read(ref emitted);
            for (var i = 0; i < 1000; i++) await Task.Yield();
        }
        while (before == 0 || before != Volatile.Read(ref emitted));
        before.ShouldBeLessThan(1000);

        gate.SetResult();
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
        run.Ends.Count.ShouldBe(100_000);
    }

    [Fact]
    public async Task Draining_stops_the_source_and_brings_every_emitted_row_to_its_end()
    {
        var run = new Run(rows: int.MaxValue);
        run.OnEnd = count => { if (count == 50) run.Drain.Cancel(); };

        await run.Start((row, _) => row).WaitAsync(Patience, TestContext.Current.CancellationToken);

        run.Ends.Count.ShouldBe((int)run.Graph.Stages[0].Kept);
        Conservation.Breaches(run.Graph.Stages.SkipLast(1).ToList()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopping_ends_the_run_at_once_even_with_a_stage_under_way()
    {
        var run = new Run(rows: int.MaxValue);
        var running = run.Start(async (row, stop) =>
        {
            if (row.Number == 10) await run.Stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, stop);
            return row;
        });
        await run.Stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => running.WaitAsync(Patience));
    }

    [Fact]
    public async Task What_became_durable_reaches_the_sink_in_order_and_without_loss()
    {
        var run = new Run(rows: 1000);

        await run.Start((row, _) => row).WaitAsync(Patience, TestContext.Current.CancellationToken);

        run.Committed.SelectMany(batch => batch).Count().ShouldBe(1000);
    }

    [Fact]
    public void Counters_that_do_not_add_up_are_breaches()
    {
        var first = new StageCounters(StageName.Scan);
        var second = new StageCounters(StageName.Urls);
        first.CountIn();
        first.CountKept();
        second.CountIn();

        Conservation.Breaches([first, second]).ShouldBe(["Urls: 1 rows in, 0 kept + 0 rejected out"]);

        second.CountRejected(Reason.InvalidUrl);
        first.CountIn();
        first.CountKept();
        Conservation.Breaches([first, second]).ShouldBe(["Scan kept 2 rows, Urls received 1"]);
    }

    private sealed record Row(int Number);

    /// <summary>A source of numbered rows, one stage, a collector that commits every 100 ends, a sink.</summary>
    private sealed class Run(int rows, StageOptions? options = null)
    {
        private readonly List<RowEnd> _open = [];

        public CancellationTokenSource Drain { get; } = new();

        public CancellationTokenSource Stop { get; } = new();

        public List<RowEnd> Ends { get; } = [];

        public List<RowEnd[]> Committed { get; } = [];

        public Action<int> OnEnd { get; set; } = _ => { };

        public Action<int> AfterRow { get; set; } = _ => { };

        public Graph Graph { get; private set; } = null!;

        public Task Start(Func<Row, CancellationToken, Outcome<Row>> stage) =>
            Start((row, stop) => ValueTask.FromResult(stage(row, stop)));

        public async Task Start(Func<Row, CancellationToken, ValueTask<Outcome<Row>>> stage)
        {
            using var graph = Graph = new Graph(Drain.Token, Stop.Token);
            graph.Source<Row>(StageName.Scan, async (emitter, stop) =>
                {
                    for (var i = 0; i < rows && !stop.IsCancellationRequested; i++)
                    {
                        await emitter.EmitAsync(new Row(i));
                        AfterRow(i);
                    }
                })
                .Stage(StageName.Urls, stage, options ?? new StageOptions(Parallelism: 4))
                .Collect<RowEnd[]>(StageName.Store, Add, () => ValueTask.FromResult<RowEnd[]?>(_open.ToArray()))
                .Sink(StageName.Cluster, (batch, _) =>
                {
                    Committed.Add(batch);
                    return ValueTask.CompletedTask;
                });
            await graph.RunAsync();
        }

        private ValueTask<RowEnd[]?> Add(RowEnd end)
        {
            Ends.Add(end);
            OnEnd(Ends.Count);
            _open.Add(end);
            if (_open.Count < 100) return ValueTask.FromResult<RowEnd[]?>(null);
            var full = _open.ToArray();
            _open.Clear();
            return ValueTask.FromResult<RowEnd[]?>(full);
        }
    }
}
