namespace Memorization.Fetch;

/// <summary>Answers by key: each is asked for once while it holds, however many wait for it, and who gives up takes it from nobody.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="capacity">Answers that are remembered.</param>
/// <param name="time">The clock.</param>
/// <param name="ask">Asks; the token ends with the object. Gives the answer and how long it holds, and throws only at the end.</param>
internal sealed class KeptAnswers<T>(int capacity, TimeProvider time, Func<string, CancellationToken, Task<(T Answer, TimeSpan Holds)>> ask) : IDisposable
{
    private readonly RecentlyUsed<string, Task<(T Answer, DateTimeOffset Until)>> _answers = new(capacity);
    private readonly CancellationTokenSource _closed = new();

    /// <summary>The answer.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled; it is asked for on behalf of others all the same.</exception>
    public async Task<T> GetAsync(string key, CancellationToken stop) => (await _answers.Get(key, AskAsync, IsGood).WaitAsync(stop).ConfigureAwait(false)).Answer;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private bool IsGood(Task<(T Answer, DateTimeOffset Until)> answer) =>
        !answer.IsCompleted || (answer.IsCompletedSuccessfully && time.GetUtcNow() < answer.GetAwaiter().GetResult().Until);

    private async Task<(T Answer, DateTimeOffset Until)> AskAsync(string key)
    {
        var closed = _closed.Token;
        // The table makes entries under its lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var (answer, holds) = await ask(key, closed).ConfigureAwait(false);
        return (answer, time.GetUtcNow() + holds);
    }
}
