namespace Memorization.Embedding;

/// <summary>Where the time of an embedder's lanes goes, and when none of them runs.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LaneClock(TimeProvider time, int lanes)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _idle = Ended(new TaskCompletionSource());
    private int _running;
    private long _placed, _batches, _allBusySince, _firstBegan, _lastEnded;
    private TimeSpan _waitingForInput, _waitingForDevice, _copying, _inSession, _answering;

    /// <summary>Ends when no lane runs; has ended if none does.</summary>
    public Task Idle
    {
        get
        {
            lock (_lock) return _idle.Task;
        }
    }

    /// <summary>A lane has its rows.</summary>
    public void Began(int images, TimeSpan gathering)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_batches++ == 0) _firstBegan = now;
            _placed += images;
            _waitingForInput += gathering;
            if (_running++ == 0) _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_running == lanes) _allBusySince = now;
        }
    }

    /// <summary>A lane has answered its rows.</summary>
    public void Ended()
    {
        lock (_lock)
        {
            _lastEnded = time.GetTimestamp();
            if (_running == lanes) _waitingForDevice += time.GetElapsedTime(_allBusySince, _lastEnded);
            if (--_running == 0) Ended(_idle);
        }
    }

    /// <summary>What one batch took.</summary>
    public void Add(TimeSpan copying, TimeSpan inSession, TimeSpan answering)
    {
        lock (_lock)
        {
            _copying += copying;
            _inSession += inSession;
            _answering += answering;
        }
    }

    /// <summary>What has been counted so far.</summary>
    public EmbedderCounters Read(int batchSize, IReadOnlyList<DeviceCounters> devices)
    {
        lock (_lock)
        {
            var elapsed = _batches == 0 ? TimeSpan.Zero : time.GetElapsedTime(_firstBegan, _running > 0 ? time.GetTimestamp() : _lastEnded);
            var fill = _batches == 0 ? 0 : _placed / ((double)_batches * batchSize);
            return new EmbedderCounters(_batches, batchSize, fill, elapsed, _waitingForInput, _waitingForDevice, _copying, _inSession, _answering, devices);
        }
    }

    private static TaskCompletionSource Ended(TaskCompletionSource source)
    {
        source.TrySetResult();
        return source;
    }
}
