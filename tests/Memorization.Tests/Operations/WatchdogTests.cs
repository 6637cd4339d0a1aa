using Memorization.Captions;
using Memorization.Flow;
using Memorization.Operations;
using Memorization.Tests.Fetch;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Operations;

public sealed class WatchdogTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly CollectedLog _log = new();
    private readonly SemaphoreSlim _gate = new(0);
    private readonly TaskCompletionSource _allAtWork = new();
    private Graph _graph = null!;
    private Task _running = null!;

    public ValueTask InitializeAsync()
    {
        var begun = 0;
        _graph = new Graph(CancellationToken.None, CancellationToken.None, _time);
        _graph
            .Source<SelectedRow>(StageName.Scan, async (emitter, _) =>
            {
                for (var i = 0; i < 3; i++) await emitter.EmitAsync(Fetching.Row($"http://host{i}.img.test/{i}.jpg"));
            })
            .Stage<SelectedRow>(
                StageName.Fetch,
                async (row, stop) =>
                {
                    if (Interlocked.Increment(ref begun) == 2) _allAtWork.SetResult();
                    await _gate.WaitAsync(stop);
                    return row;
                },
                new StageOptions(Parallelism: 2))
            .Collect<object>(StageName.Store, _ => ValueTask.FromResult<object?>(null), () => ValueTask.FromResult<object?>(null))
            .Sink(StageName.Cluster, (_, _) => ValueTask.CompletedTask);
        _running = _graph.RunAsync();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _gate.Release(3);
        await _running.WaitAsync(Patience);
        _graph.Dispose();
        _gate.Dispose();
    }

    [Fact]
    public async Task A_silence_is_told_with_the_stages_that_hold_rows_and_the_oldest_row_and_then_less_and_less_often()
    {
        using var watchdog = await WatchAsync(TimeSpan.FromMinutes(5));

        Pass(minutes: 4.9);
        _log.Lines.ShouldBeEmpty();
        Pass(minutes: 0.2);

        _log.Lines.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            line => line.ShouldStartWith("Warning: no row has ended for 00:05:0"),
            line => line.ShouldContain("rows held: Fetch 3"),
            line => line.ShouldContain(".img.test/"),
            line => line.ShouldContain("is in Fetch for 00:05:0"));

        Pass(minutes: 4);
        _log.Lines.Count.ShouldBe(1);
        Pass(minutes: 2);
        _log.Lines.Count.ShouldBe(2);
        Pass(minutes: 8);
        _log.Lines.Count.ShouldBe(2);
        Pass(minutes: 2);
        _log.Lines.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Rows_that_end_again_are_told_and_the_next_silence_is_told_as_soon_as_the_first_was()
    {
        using var watchdog = await WatchAsync(TimeSpan.FromMinutes(5));
        Pass(minutes: 12);
        var before = _log.Lines.Count;

        _gate.Release();
        while (_graph.Stages[2].Kept == 0) await Task.Yield();
        Pass(minutes: 1);
        watchdog.Silence.ShouldBeLessThan(TimeSpan.FromMinutes(1.1));
        Pass(minutes: 4.5);

        _log.Lines.Skip(before).ShouldSatisfyAllConditions(
            lines => lines.Count().ShouldBe(2),
            lines => lines.First().ShouldStartWith("Information: rows end again, after 00:12:0"),
            lines => lines.Last().ShouldStartWith("Warning: no row has ended for 00:05:0"));
    }

    [Fact]
    public async Task With_zero_minutes_nothing_is_said()
    {
        using var watchdog = await WatchAsync(TimeSpan.Zero);

        Pass(minutes: 60);

        _log.Lines.ShouldBeEmpty();
        watchdog.Silence.ShouldBeGreaterThan(TimeSpan.FromMinutes(59));
    }

    [Fact]
    public async Task Nothing_is_said_once_it_is_disposed()
    {
        (await WatchAsync(TimeSpan.FromMinutes(5))).Dispose();

        Pass(minutes: 60);

        _log.Lines.ShouldBeEmpty();
    }

    private async Task<Watchdog> WatchAsync(TimeSpan after)
    {
        await _allAtWork.Task.WaitAsync(Patience);
        while (_graph.Stages[0].Kept < 3) await Task.Yield();
        return new Watchdog(_graph.Stages, after, _log.Log, _time);
    }

    // Step by step: a timer of the fake clock sees the time at the end of a step.
    private void Pass(double minutes)
    {
        for (var steps = minutes * 12; steps > 0; steps--) _time.Advance(TimeSpan.FromSeconds(5));
    }
}
