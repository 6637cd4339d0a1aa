using System.Net;
using System.Net.Sockets;

namespace Memorization.Fetch;

/// <summary>Addresses of host names: each name is looked up once while its answer holds, failures too, and no more than so many at a time.</summary>
/// <remarks>Resolvers that are asked for thousands of names a second stop answering; a run that does not notice loses most of its rows. Thread-safe.</remarks>
internal sealed class NameCache : IDisposable
{
    /// <summary>Names that are remembered.</summary>
    internal const int Capacity = 65_536;

    private const int LookUps = 32;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan NoSuchName = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan NoAnswer = TimeSpan.FromSeconds(5);

    private readonly Func<string, CancellationToken, Task<NameAnswer>> _lookUp;
    private readonly TimeProvider _time;
    private readonly KeptAnswers<NameAnswer> _names;
    private readonly SemaphoreSlim _free = new(LookUps);

    public NameCache(Func<string, CancellationToken, Task<NameAnswer>> lookUp, TimeProvider time)
    {
        (_lookUp, _time) = (lookUp, time);
        _names = new KeptAnswers<NameAnswer>(Capacity, time, AskAsync);
    }

    /// <summary>The addresses of a host.</summary>
    /// <exception cref="SocketException">It has none; TryAgain for a failure that may pass.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled; the look-up goes on for others.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken stop)
    {
        var answer = await _names.GetAsync(host, stop).ConfigureAwait(false);
        return answer.Error is { } error ? throw new SocketException((int)error) : [.. answer.Addresses];
    }

    public void Dispose()
    {
        _names.Dispose();
        _free.Dispose();
    }

    // Waiting for one's turn is not counted: names that wait are not names that fail.
    private async Task<(NameAnswer Answer, TimeSpan Holds)> AskAsync(string host, CancellationToken closed)
    {
        await _free.WaitAsync(closed).ConfigureAwait(false);
        try
        {
            using var late = new CancellationTokenSource(Deadline, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, closed);
            var answer = await _lookUp(host, either.Token).ConfigureAwait(false);
            return (answer, Holds(answer));
        }
        catch (OperationCanceledException) when (!closed.IsCancellationRequested)
        {
            return (new NameAnswer([], SocketError.TryAgain, TimeSpan.Zero), NoAnswer);
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
}
