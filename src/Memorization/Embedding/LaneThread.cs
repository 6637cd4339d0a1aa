using System.Collections.Concurrent;

namespace Memorization.Embedding;

/// <summary>A thread that does one thing after another for an asynchronous caller.</summary>
/// <remarks>
/// A run of a model holds its thread for long, and the pool's threads are for the other stages. It is the same thread every time because CUDA's libraries
/// keep plans and handles by thread: with a new one for each batch, cuDNN's attention planned anew each time and took ten times as long.
/// </remarks>
public sealed class LaneThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    /// <param name="name">The thread's name.</param>
    public LaneThread(string name)
    {
        _thread = new Thread(() =>
        {
            foreach (var work in _work.GetConsumingEnumerable()) work();
        })
        { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Does it on this thread.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>Ends when what was asked for is done.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }
}
