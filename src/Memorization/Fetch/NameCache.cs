using System.Net;
using System.Net.Sockets;

namespace Memorization.Fetch;

/// <summary>Addresses of host names: each name is looked up once while its answer holds, failures too, and no more than so many at a time.</summary>
/// <remarks>Resolvers that are asked for thousands of names a second stop answering; a run that does not notice loses most of its rows. Thread-safe.</remarks>
internal sealed class NameCache(Func<string, CancellationToken, Task<NameAnswer>> lookUp, TimeProvider time) : IDisposable
{
    /// <summary>Names that are remembered.</summary>
    internal const int Capacity = 65_536;

    private const int LookUps = 32;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan NoSuchName = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan NoAnswer = TimeSpan.FromSeconds(5);

    private readonly RecentlyUsed<string, Task<Entry>> _names = new(Capacity);
    private readonly SemaphoreSlim _free = new(LookUps);
    private readonly CancellationTokenSource _closed = new();

    /// <summary>The addresses of a host.</summary>
    /// <exception cref="SocketException">It has none; TryAgain for a failure that may pass.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled; the look-up goes on for others.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken stop)
    {
        var entry = await _names.Get(host, AskAsync, IsGood).WaitAsync(stop).ConfigureAwait(false);
        return entry.Answer.Error is { } error ? throw new SocketException((int)error) : [.. entry.Answer.Addresses];
    }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        _free.Dispose();
    }

    private bool IsGood(Task<Entry> entry) => !entry.IsCompleted || (entry.IsCompletedSuccessfully && time.GetUtcNow() < entry.GetAwaiter().GetResult().Until);

    private async Task<Entry> AskAsync(string host)
    {
        // The cache makes entries under its lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _free.WaitAsync(_closed.Token).ConfigureAwait(false);
        try
        {
            using var late = new CancellationTokenSource(Deadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _closed.Token);
            var answer = await lookUp(host, either.Token).ConfigureAwait(false);
            return new Entry(answer, time.GetUtcNow() + Holds(answer));
        }
        catch (OperationCanceledException) when (!_closed.IsCancellationRequested)
        {
            return new Entry(new NameAnswer([], SocketError.TryAgain, TimeSpan.Zero), time.GetUtcNow() + NoAnswer);
        }
        finally
        {
            _free.Release();
        }
    }

    private static TimeSpan Holds(NameAnswer answer) => answer.Error switch
    {
        null => TimeSpan.FromTicks(Math.Clamp(answer.TimeToLive.Ticks, Shortest.Ticks, Longest.Ticks)),
        SocketError.TryAgain => NoAnswer,
        _ => NoSuchName,
    };

    private sealed record Entry(NameAnswer Answer, DateTimeOffset Until);
}
