using System.Globalization;
using Memorization.Flow;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Memorization.Fetch;

/// <summary>What one host is asked at a time, how fast, and whether it is asked at all.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class WebHost : IDisposable
{
    private const double BrokenShare = 0.9;
    private static readonly TimeSpan LongestPatience = TimeSpan.FromDays(1);
    private static readonly TimeSpan Sample = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _slots;
    private readonly ResiliencePipeline<AttemptResult> _breaker;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _longestPause;
    private readonly Lock _lock = new();
    private DateTimeOffset _next;
    private DateTimeOffset _pausedUntil;

    public WebHost(FetchOptions options, TimeProvider time)
    {
        _time = time;
        _longestPause = TimeSpan.FromSeconds(options.MaxRetryAfterSeconds);
        _slots = new SemaphoreSlim(options.PerHostConcurrency);
        _interval = options.PerHostPerSecond > 0 ? TimeSpan.FromSeconds(1 / options.PerHostPerSecond) : TimeSpan.Zero;
        _breaker = options.CircuitFailures == 0 ? ResiliencePipeline<AttemptResult>.Empty : new ResiliencePipelineBuilder<AttemptResult> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<AttemptResult>
            {
                FailureRatio = BrokenShare,
                MinimumThroughput = options.CircuitFailures,
                SamplingDuration = Sample,
                BreakDuration = TimeSpan.FromSeconds(options.CircuitBreakSeconds),
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is TimeoutRejectedException || args.Outcome.Result.Failure is { IsOfHost: true }),
            }).Build();
    }

    /// <summary>Waits for one of the host's slots.</summary>
    public Task EnterAsync(CancellationToken stop) => _slots.WaitAsync(stop);

    /// <summary>Gives the slot back.</summary>
    public void Leave() => _slots.Release();

    /// <summary>Makes an attempt when the host's time for it has come.</summary>
    /// <exception cref="BrokenCircuitException">Nearly all attempts of the last minutes failed: it is left alone for a while.</exception>
    public async ValueTask<AttemptResult> RunAsync(Func<CancellationToken, ValueTask<AttemptResult>> attempt, CancellationToken stop)
    {
        var (wait, until) = Turn();
        if (until is { } end) return new(null, null, new FetchFailure(Reason.HostPostponed, string.Create(CultureInfo.InvariantCulture, $"asked to be left alone until {end:u}")));
        if (wait > TimeSpan.Zero) await Task.Delay(wait, _time, stop).ConfigureAwait(false);
        return await _breaker.ExecuteAsync(
            async token =>
            {
                var result = await attempt(token).ConfigureAwait(false);
                if (result.Failure?.RetryAfter is { } patience) Pause(patience);
                return result;
            },
            stop).ConfigureAwait(false);
    }

    public void Dispose() => _slots.Dispose();

    // What one row is told to wait, the host's other rows wait too; if that is longer than rows wait, they are not asked for in this run.
    private (TimeSpan Wait, DateTimeOffset? PausedUntil) Turn()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (_pausedUntil - now > _longestPause) return (default, _pausedUntil);
            var at = Latest(now, Latest(_next, _pausedUntil));
            _next = at + _interval;
            return (at - now, null);
        }
    }

    private void Pause(TimeSpan patience)
    {
        lock (_lock) _pausedUntil = Latest(_pausedUntil, _time.GetUtcNow() + (patience < LongestPatience ? patience : LongestPatience));
    }

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
