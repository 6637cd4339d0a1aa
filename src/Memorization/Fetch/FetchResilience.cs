using Memorization.Flow;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Memorization.Fetch;

/// <summary>How often and how long a row is tried. From outside in: the row's deadline, retries with backoff, the host's breaker, the attempt's deadline.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FetchResilience
{
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(60);

    private readonly ResiliencePipeline<AttemptResult> _row;
    private readonly ResiliencePipeline<AttemptResult> _attempt;
    private readonly TimeSpan _maxRetryAfter;

    public FetchResilience(FetchOptions options, TimeProvider time, Random jitter)
    {
        _maxRetryAfter = TimeSpan.FromSeconds(options.MaxRetryAfterSeconds);
        var builder = new ResiliencePipelineBuilder<AttemptResult> { TimeProvider = time };
        builder.AddTimeout(TimeSpan.FromSeconds(options.RowDeadlineSeconds));
        if (options.MaxAttempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions<AttemptResult>
            {
                MaxRetryAttempts = options.MaxAttempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromSeconds(options.BackoffSeconds),
                MaxDelay = MaxBackoff,
                UseJitter = true,
                Randomizer = () =>
                {
                    lock (jitter) return jitter.NextDouble();
                },
                ShouldHandle = args => ValueTask.FromResult(CanRetry(args.Outcome)),
                // Null stands for the backoff; "Retry-After: 0" is not taken as leave to hurry.
                DelayGenerator = args => ValueTask.FromResult(
                    args.Outcome.Result.Failure?.RetryAfter is { } wait && wait > TimeSpan.Zero ? wait : (TimeSpan?)null),
            });
        }

        _row = builder.Build();
        _attempt = new ResiliencePipelineBuilder<AttemptResult> { TimeProvider = time }.AddTimeout(TimeSpan.FromSeconds(options.AttemptDeadlineSeconds)).Build();
    }

    /// <summary>Runs attempts until one brings a body, or none may any more.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public async ValueTask<AttemptResult> RunAsync(WebHost host, FetchAttempt attempt, Uri url, FetchProgress progress, CancellationToken stop)
    {
        try
        {
            return await _row.ExecuteAsync(token => host.RunAsync(OnceAsync, token), stop).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException late)
        {
            // The row's deadline may pass while it waits for another attempt: then the last answer says more than the deadline.
            return new AttemptResult(null, null, progress.LastFailure ?? new FetchFailure(Reason.Timeout, $"not done within {late.Timeout.TotalSeconds} s"));
        }
        catch (BrokenCircuitException)
        {
            return new AttemptResult(null, null, progress.LastFailure ?? new FetchFailure(Reason.HostPostponed, "nearly all attempts at the host failed"));
        }

        ValueTask<AttemptResult> OnceAsync(CancellationToken token) =>
            _attempt.ExecuteAsync(static (state, late) => state.attempt.RunAsync(state.url, state.progress, late), (attempt, url, progress), token);
    }

    private bool CanRetry(Polly.Outcome<AttemptResult> outcome) =>
        outcome.Exception is TimeoutRejectedException
        || (outcome.Result.Failure is { CanChange: true } failure && !(failure.RetryAfter > _maxRetryAfter));
}
