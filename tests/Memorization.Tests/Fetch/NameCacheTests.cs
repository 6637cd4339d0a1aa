using System.Net;
using System.Net.Sockets;
using Memorization.Fetch;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Fetch;

public sealed class NameCacheTests
{
    private static readonly NameAnswer Known = new([IPAddress.Parse("8.8.8.8")], null, TimeSpan.FromMinutes(5));

    private readonly FakeTimeProvider _time = new();
    private int _lookUps;

    [Theory]
    [InlineData(0, 60)]
    [InlineData(300, 300)]
    [InlineData(1_000_000, 3600)]
    public async Task An_answer_holds_as_long_as_it_says_within_a_minute_and_an_hour(int seconds, int holds)
    {
        using var cache = Cache(Known with { TimeToLive = TimeSpan.FromSeconds(seconds) });
        await ResolveAsync(cache);
        _time.Advance(TimeSpan.FromSeconds(holds - 1));
        (await ResolveAsync(cache)).ShouldBe([IPAddress.Parse("8.8.8.8")]);
        _lookUps.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        await ResolveAsync(cache);
        _lookUps.ShouldBe(2);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, 600)]
    [InlineData(SocketError.NoData, 600)]
    [InlineData(SocketError.TryAgain, 5)]
    public async Task A_failure_holds_too_a_passing_one_for_a_moment(SocketError error, int holds)
    {
        using var cache = Cache(new NameAnswer([], error, TimeSpan.Zero));
        (await Should.ThrowAsync<SocketException>(() => ResolveAsync(cache))).SocketErrorCode.ShouldBe(error);
        _time.Advance(TimeSpan.FromSeconds(holds - 1));
        await Should.ThrowAsync<SocketException>(() => ResolveAsync(cache));
        _lookUps.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Should.ThrowAsync<SocketException>(() => ResolveAsync(cache));
        _lookUps.ShouldBe(2);
    }

    [Fact]
    public async Task A_thousand_askers_of_one_name_are_one_look_up_and_one_who_gives_up_takes_it_from_nobody()
    {
        var answer = new TaskCompletionSource<NameAnswer>();
        using var cache = new NameCache((_, _) => CountedAsync(answer.Task), _time);
        using var gone = new CancellationTokenSource();
        var first = cache.ResolveAsync("a.example", gone.Token);
        var others = Enumerable.Range(0, 1000).Select(_ => ResolveAsync(cache)).ToList();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        answer.SetResult(Known);
        await Task.WhenAll(others);
        _lookUps.ShouldBe(1);
    }

    [Fact]
    public async Task No_more_names_are_looked_up_at_once_than_thirty_two()
    {
        int now = 0, most = 0;
        using var cache = new NameCache(
            async (_, stop) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                await Task.Delay(1, stop);
                Interlocked.Decrement(ref now);
                return Known;
            },
            TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => cache.ResolveAsync($"{i}.example", TestContext.Current.CancellationToken)));
        most.ShouldBeInRange(2, 32);
    }

    [Fact]
    public async Task A_look_up_without_an_answer_ends_and_may_be_tried_again()
    {
        using var cache = new NameCache(
            async (_, stop) =>
            {
                await Task.Delay(Timeout.Infinite, stop);
                return Known;
            },
            _time);
        var asked = ResolveAsync(cache);
        while (!asked.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await Should.ThrowAsync<SocketException>(() => asked)).SocketErrorCode.ShouldBe(SocketError.TryAgain);
    }

    private NameCache Cache(NameAnswer answer) => new((_, _) => CountedAsync(Task.FromResult(answer)), _time);

    private async Task<NameAnswer> CountedAsync(Task<NameAnswer> answer)
    {
        Interlocked.Increment(ref _lookUps);
        return await answer;
    }

    private static Task<IPAddress[]> ResolveAsync(NameCache cache) => cache.ResolveAsync("a.example", TestContext.Current.CancellationToken);
}
