using Memorization.Fetch;
using Memorization.Flow;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;
using static Memorization.Tests.Fetch.Fetching;

namespace Memorization.Tests.Fetch;

/// <summary>Time is a <see cref="FakeTimeProvider"/> that the test moves on while it waits, so that no deadline is really waited for.</summary>
public sealed class DeadlineTests
{
    [Fact]
    public async Task A_server_that_never_answers_is_a_timeout_at_each_attempt()
    {
        await using var server = new RawServer(x => x.SilenceAsync());
        var record = (await RunAsync(At(server) with { MaxAttempts = 2, AttemptDeadlineSeconds = 30 }))
            .Rejected(Reason.Timeout).Record;
        record.Attempts.ShouldBe(2);
        record.HttpStatus.ShouldBeNull();
        record.Elapsed.TotalSeconds.ShouldBeInRange(60, 90);
    }

    [Fact]
    public async Task A_body_that_trickles_is_a_timeout_though_each_read_is_quick()
    {
        await using var server = new RawServer(TrickleAsync);
        var record = (await RunAsync(At(server) with { MaxAttempts = 1, AttemptDeadlineSeconds = 30, MinBytesPerSecond = 0 })).Rejected(Reason.Timeout).Record;
        record.HttpStatus.ShouldBe(200);
        record.Elapsed.TotalSeconds.ShouldBeInRange(30, 60);
    }

    [Fact]
    public async Task A_body_that_trickles_is_too_slow_long_before_the_deadline()
    {
        await using var server = new RawServer(TrickleAsync);
        (await RunAsync(At(server) with { MaxAttempts = 1, AttemptDeadlineSeconds = 3600, RowDeadlineSeconds = 7200, MinBytesPerSecond = 1 << 20 }))
            .Rejected(Reason.TooSlow).Record.Elapsed.TotalSeconds.ShouldBeInRange(10, 60);
    }

    [Fact]
    public async Task The_row_s_deadline_ends_all_attempts()
    {
        await using var server = new RawServer(x => x.SilenceAsync());
        var record = (await RunAsync(At(server) with { MaxAttempts = 10, AttemptDeadlineSeconds = 28, RowDeadlineSeconds = 100 }))
            .Rejected(Reason.Timeout).Record;
        record.Attempts.ShouldBe(4);
        record.Elapsed.TotalSeconds.ShouldBeInRange(100, 111);
    }

    [Fact]
    public async Task A_row_whose_deadline_passes_while_it_waits_ends_with_the_last_answer()
    {
        await using var server = new RawServer("HTTP/1.1 503 Busy\r\nRetry-After: 50\r\n\r\n");
        (await RunAsync(At(server) with { RowDeadlineSeconds = 40 })).Rejected(Reason.ServerError).Record.Elapsed.TotalSeconds.ShouldBeInRange(40, 49);
    }

    [Theory]
    [InlineData("20")]
    [InlineData("Sat, 01 Jan 2000 00:00:20 GMT")]
    public async Task Retry_After_is_obeyed(string retryAfter)
    {
        await using var server = new RawServer(x => x.Hit == 1
            ? x.SendAsync($"HTTP/1.1 429 Slow\r\nRetry-After: {retryAfter}\r\nContent-Length: 0\r\n\r\n")
            : x.OkAsync(Jpeg));
        var record = (await RunAsync(At(server) with { AttemptDeadlineSeconds = 600 })).Kept().Record;
        record.Attempts.ShouldBe(2);
        record.Elapsed.TotalSeconds.ShouldBeInRange(20, 40);
    }

    [Fact]
    public async Task A_server_that_asks_for_more_patience_than_allowed_is_not_asked_again()
    {
        await using var server = new RawServer("HTTP/1.1 429 Slow\r\nRetry-After: 61\r\n\r\n");
        (await RunAsync(At(server) with { MaxRetryAfterSeconds = 60 })).Rejected(Reason.TooManyRequests).Record.Attempts.ShouldBe(1);
        server.Heads.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_waits_between_attempts_are_of_the_order_that_backoff_asks_for()
    {
        await using var server = new RawServer("HTTP/1.1 500 Oops\r\n\r\n");
        var record = (await RunAsync(At(server) with { BackoffSeconds = 8, MaxAttempts = 4, RowDeadlineSeconds = 3600, AttemptDeadlineSeconds = 600 }))
            .Rejected(Reason.ServerError).Record;
        // 8 + 16 + 32 s less jitter. Polly's waits add up to 8/1.4 · 2^t · tanh(√4t), t from 2 to 3: 22.8 to 45.7 s.
        record.Elapsed.TotalSeconds.ShouldBeInRange(22, 55);
    }

    [Fact]
    public async Task An_address_that_swallows_packets_leaves_time_for_the_next_one()
    {
        await using var server = new RawServer(x => x.OkAsync(Jpeg));
        var options = new FetchOptions { AttemptDeadlineSeconds = 30, MaxAttempts = 1, RobotsTxt = false };
        (await RunAsync(options, "http://a.example/", Answering("8.8.4.4", "8.8.8.8"), async (target, stop) =>
        {
            if (target.Address.ToString() == "8.8.4.4") await Task.Delay(Timeout.Infinite, stop);
            return await GuardedConnector.DialAsync(server.EndPoint, stop);
        })).Kept().Record.Elapsed.TotalSeconds.ShouldBeInRange(10, 30);
    }

    [Fact]
    public async Task Cancelling_the_run_is_the_only_thing_that_throws()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var server = new RawServer(async x =>
        {
            await stop.CancelAsync();
            await x.SilenceAsync();
        });
        using var fetcher = new ImageFetcher(At(server), TimeProvider.System);

        var thrown = await Should.ThrowAsync<OperationCanceledException>(fetcher.RunAsync(Row("http://a.img.test/"), stop.Token).AsTask());

        thrown.ShouldSatisfyAllConditions(() => stop.IsCancellationRequested.ShouldBeTrue());
        await Should.ThrowAsync<OperationCanceledException>(fetcher.RunAsync(Row("http://a.img.test/"), stop.Token).AsTask());
        server.Heads.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_cancellation_that_is_not_the_run_s_is_a_rejection_not_a_dropped_row() =>
        (await FetchAsync("http://a.example/", (_, _) => throw new OperationCanceledException(), Never))
            .Rejected(Reason.ConnectionFailed).Record.Attempts.ShouldBe(3);

    private static async Task TrickleAsync(Exchange x)
    {
        await x.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n\xFF\xD8\xFF");
        for (var i = 0; i < 100_000; i++)
        {
            await x.SendAsync("\0");
            await Task.Delay(1, x.Stop);
        }
    }

    private static async Task<Outcome<FetchedImage>> RunAsync(
        FetchOptions options, string url = "http://a.img.test/x.jpg", HostResolver? resolver = null, Dialer? dialer = null)
    {
        var time = new FakeTimeProvider();
        using var fetcher = new ImageFetcher(options, time, resolver ?? Answering(), dialer ?? GuardedConnector.DialAsync);
        var running = fetcher.RunAsync(Row(url), TestContext.Current.CancellationToken).AsTask();
        // Real milliseconds are given to the sockets between the steps of the clock.
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(2, TestContext.Current.CancellationToken));
            time.Advance(TimeSpan.FromSeconds(0.5));
        }

        return await running;
    }
}
