using Memorization.Fetch;
using Memorization.Flow;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;
using static Memorization.Tests.Fetch.Fetching;

namespace Memorization.Tests.Fetch;

/// <summary>What the failures, wishes and slowness of one host do to its other rows, and to those of other hosts.</summary>
public sealed class WebHostTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_host_that_fails_and_fails_is_left_alone_and_asked_again_after_a_while()
    {
        var isUp = false;
        await using var server = new RawServer(x => isUp ? x.OkAsync(Jpeg) : x.SendAsync("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"));
        using var fetcher = new ImageFetcher(At(server) with { MaxAttempts = 1, CircuitFailures = 5, CircuitBreakSeconds = 100 }, _time);
        for (var i = 0; i < 5; i++) (await FetchAsync(fetcher)).Rejected(Reason.ServerError);
        var postponed = (await FetchAsync(fetcher)).Rejected(Reason.HostPostponed);
        postponed.Record.Attempts.ShouldBe(0);
        postponed.Record.HttpStatus.ShouldBeNull();
        server.Heads.Count.ShouldBe(5);
        (await FetchAsync(fetcher, "http://b.img.test/x.jpg")).Rejected(Reason.ServerError);

        isUp = true;
        (await FetchAsync(fetcher)).Rejected(Reason.HostPostponed);
        _time.Advance(TimeSpan.FromSeconds(101));
        (await FetchAsync(fetcher)).Kept();
        (await FetchAsync(fetcher)).Kept();
    }

    [Fact]
    public async Task Missing_pages_are_no_failure_of_the_host()
    {
        await using var server = new RawServer("HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n");
        using var fetcher = new ImageFetcher(At(server) with { CircuitFailures = 5 }, _time);
        for (var i = 0; i < 20; i++) (await FetchAsync(fetcher)).Rejected(Reason.NotFound);
    }

    [Fact]
    public async Task A_row_that_was_answered_before_its_host_was_given_up_keeps_the_answer()
    {
        await using var server = new RawServer("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
        using var fetcher = new ImageFetcher(At(server) with { MaxAttempts = 3, CircuitFailures = 2 }, TimeProvider.System);
        (await FetchAsync(fetcher)).Rejected(Reason.ServerError).Record.Attempts.ShouldBe(2);
    }

    [Fact]
    public async Task A_host_that_asks_for_more_patience_than_rows_have_is_not_asked_again_until_then()
    {
        await using var server = new RawServer(x => x.Hit == 1 ? x.SendAsync("HTTP/1.1 503 Busy\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n") : x.OkAsync(Jpeg));
        using var fetcher = new ImageFetcher(At(server) with { MaxRetryAfterSeconds = 60 }, _time);
        (await FetchAsync(fetcher)).Rejected(Reason.ServerError);
        (await FetchAsync(fetcher)).Rejected(Reason.HostPostponed);
        server.Heads.Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(541));
        var waiting = FetchAsync(fetcher);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        waiting.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(60));
        (await waiting).Kept();
    }

    [Fact]
    public async Task A_host_is_asked_no_faster_than_allowed()
    {
        await using var server = new RawServer(x => x.OkAsync(Jpeg));
        using var fetcher = new ImageFetcher(At(server) with { PerHostPerSecond = 2 }, _time);
        (await FetchAsync(fetcher)).Kept();
        var second = FetchAsync(fetcher);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        second.IsCompleted.ShouldBeFalse();
        (await FetchAsync(fetcher, "http://b.img.test/x.jpg")).Kept();
        _time.Advance(TimeSpan.FromSeconds(0.51));
        (await second).Kept();
    }

    [Fact]
    public async Task A_hundred_rows_of_a_host_that_does_not_answer_hold_up_no_other_host()
    {
        await using var server = new RawServer(x => x.Head.Contains("dead", StringComparison.Ordinal) ? x.SilenceAsync() : x.OkAsync(Jpeg));
        using var fetcher = new ImageFetcher(At(server) with { Parallelism = 4, PerHostConcurrency = 2, AttemptDeadlineSeconds = 3600, RowDeadlineSeconds = 3600 }, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var dead = Enumerable.Range(0, 100).Select(i => fetcher.RunAsync(Row($"http://dead.img.test/{i}.jpg"), stop.Token).AsTask()).ToList();
        for (var i = 0; i < 20; i++) (await FetchAsync(fetcher, $"http://alive.img.test/{i}.jpg").WaitAsync(TimeSpan.FromSeconds(30))).Kept();
        dead.ShouldAllBe(row => !row.IsCompleted);
        await stop.CancelAsync();
        foreach (var row in dead) await Should.ThrowAsync<OperationCanceledException>(() => row);
    }

    [Fact]
    public async Task When_the_run_is_to_stop_rows_under_way_end_and_those_that_wait_are_postponed()
    {
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        await using var server = new RawServer(async x =>
        {
            begun.TrySetResult();
            await go.Task;
            await x.OkAsync(Jpeg);
        });
        using var drain = new CancellationTokenSource();
        using var fetcher = new ImageFetcher(At(server) with { PerHostConcurrency = 1 }, TimeProvider.System, drain.Token);
        var first = FetchAsync(fetcher);
        await begun.Task;
        var waiting = FetchAsync(fetcher, "http://a.img.test/2.jpg");
        await drain.CancelAsync();
        (await waiting).Rejected(Reason.HostPostponed);
        go.SetResult();
        (await first).Kept();
    }

    private static async Task<Outcome<FetchedImage>> FetchAsync(ImageFetcher fetcher, string url = "http://a.img.test/x.jpg") =>
        await fetcher.RunAsync(Row(url), TestContext.Current.CancellationToken);
}
