using System.Collections.Concurrent;
using Memorization.Flow;

namespace Memorization.Images;

/// <summary>Decodes images that may take long in processes of their own, which are killed when <see cref="DecodeOptions.TimeLimitSeconds"/> pass.</summary>
/// <remarks>
/// Processes are started when they are needed, at most one per core, and used again. Images that need much memory are decoded one at a time,
/// each in a process that ends with it. Thread-safe; disposing ends every process.
/// </remarks>
/// <param name="command">The program and its arguments; it must call <see cref="DecodeServer.RunAsync"/> with its standard input and output.</param>
/// <param name="options">Which images are decoded.</param>
/// <param name="side">Pixels on each side that the model reads.</param>
/// <param name="time">The clock of the time limit.</param>
/// <param name="whole">Whether the whole image is resized to the square: see <see cref="ImageDecoder"/>.</param>
public sealed class DecodeWorkers(IReadOnlyList<string> command, DecodeOptions options, int side = ClipPixels.Side, TimeProvider? time = null, bool whole = false) : IAsyncDisposable
{
    /// <summary>From here on an image is decoded alone: 64 MB on each core is what may be in use beside it.</summary>
    internal const long LargeBytes = 64_000_000;

    private readonly SemaphoreSlim _free = new(Environment.ProcessorCount);
    private readonly SemaphoreSlim _large = new(1);
    private readonly ConcurrentQueue<DecodeWorker> _idle = new();
    private readonly ConcurrentDictionary<DecodeWorker, bool> _running = new();

    /// <summary>The ids of the processes that run.</summary>
    internal IEnumerable<int> ProcessIds => _running.Keys.Select(worker => worker.Id);

    /// <summary>Decodes an image of at most <paramref name="memory"/> bytes of pixels and coefficients.</summary>
    /// <exception cref="InvalidOperationException">The process does not start.</exception>
    internal async ValueTask<Outcome<ClipPixels>> DecodeAsync(ReadOnlyMemory<byte> bytes, long memory, CancellationToken stop)
    {
        var isLarge = memory > LargeBytes;
        if (isLarge) await _large.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await _free.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                return await DecodeAsync(bytes, isLarge, stop).ConfigureAwait(false);
            }
            finally
            {
                _free.Release();
            }
        }
        finally
        {
            if (isLarge) _large.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _running.Keys) await EndAsync(worker).ConfigureAwait(false);
        _free.Dispose();
        _large.Dispose();
    }

    private async Task<Outcome<ClipPixels>> DecodeAsync(ReadOnlyMemory<byte> bytes, bool isLarge, CancellationToken stop)
    {
        var worker = await RentAsync().ConfigureAwait(false);
        var isReusable = false;
        try
        {
            var outcome = await worker.DecodeAsync(bytes, TimeSpan.FromSeconds(options.TimeLimitSeconds), time ?? TimeProvider.System, stop).ConfigureAwait(false);
            isReusable = !isLarge && worker.IsAlive;
            return outcome;
        }
        finally
        {
            if (isReusable) _idle.Enqueue(worker);
            else await EndAsync(worker).ConfigureAwait(false);
        }
    }

    // One that died while it had nothing to do is no image's fault.
    private async Task<DecodeWorker> RentAsync()
    {
        while (_idle.TryDequeue(out var idle))
        {
            if (idle.IsAlive) return idle;
            await EndAsync(idle).ConfigureAwait(false);
        }

        var worker = await DecodeWorker.StartAsync(command, options, side, whole).ConfigureAwait(false);
        _running[worker] = true;
        return worker;
    }

    private async Task EndAsync(DecodeWorker worker)
    {
        if (_running.TryRemove(worker, out _)) await worker.DisposeAsync().ConfigureAwait(false);
    }
}
