using System.Collections.Concurrent;
using System.Threading.Channels;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Inference;

namespace Memorization.Embedding;

/// <summary>The Embed stage: gathers the images of many callers into batches and runs the model over them.</summary>
/// <remarks>
/// Thread-safe. One batch is filled while others run, each on a thread of its own. A batch that is not full goes when the linger has passed and no
/// other runs: padding costs as much as images do. Every batch is padded to the full size and no operator is split between threads,
/// so an embedding depends neither on which images came together nor on the number of threads.
/// </remarks>
public sealed class Embedder : IAsyncDisposable
{
    private readonly ImageEncoder _encoder;
    private readonly Action<EncoderBatch> _run;
    private readonly TimeProvider _time;
    private readonly TimeSpan _linger;
    private readonly int _runsAtOnce;
    private readonly Channel<Waiting> _queue;
    private readonly ConcurrentBag<EncoderBatch> _free = [];
    private readonly Task _gathering;
    private long _images, _batches, _waitingTicks, _sessionTicks;

    /// <summary>Loads the model and waits for images.</summary>
    /// <exception cref="FileNotFoundException">There is no such model file.</exception>
    /// <exception cref="InvalidDataException">It is not an ONNX image encoder, or mean and std do not fit.</exception>
    /// <exception cref="NotSupportedException">This build does not have the device.</exception>
    public Embedder(ModelOptions options, TimeProvider time)
        : this(ImageEncoder.Open(options), options, time)
    {
    }

    internal Embedder(ImageEncoder encoder, ModelOptions options, TimeProvider time, Action<EncoderBatch>? run = null)
    {
        (_encoder, _run, _time) = (encoder, run ?? encoder.Run, time);
        _runsAtOnce = options.ThreadCount();
        _linger = TimeSpan.FromMilliseconds(options.LingerMilliseconds);
        _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(encoder.BatchSize) { SingleReader = true });
        _gathering = Task.Run(GatherAsync);
    }

    /// <summary>ONNX Runtime's version.</summary>
    public static string RuntimeVersion => OnnxSession.Version;

    /// <summary>What is known of the model.</summary>
    public ImageModel Model => _encoder.Model;

    /// <summary>Concurrent calls that keep the model busy: a batch running on each thread, one being filled.</summary>
    public int Parallelism => (_runsAtOnce + 1) * _encoder.BatchSize;

    /// <summary>What has been done so far.</summary>
    public EmbedderCounters Counters => new(
        Interlocked.Read(ref _images), Interlocked.Read(ref _batches), _encoder.BatchSize,
        new TimeSpan(Interlocked.Read(ref _waitingTicks)), new TimeSpan(Interlocked.Read(ref _sessionTicks)));

    /// <summary>Embeds one image, together with those of other callers.</summary>
    /// <returns>The image with its embedding, or <see cref="Reason.InvalidEmbedding"/>.</returns>
    /// <exception cref="ArgumentException">The pixels are not 224×224×3 bytes.</exception>
    /// <exception cref="ObjectDisposedException">The embedder was disposed before the image got a place.</exception>
    public async ValueTask<Outcome<EmbeddedImage>> RunAsync(DecodedImage image, CancellationToken stop)
    {
        var waiting = new Waiting(image, stop);
        try
        {
            await _queue.Writer.WriteAsync(waiting, stop).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(nameof(Embedder));
        }

        return await waiting.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Takes no more images, answers those that have a place, and frees the model.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _gathering.ConfigureAwait(false);
        while (_free.TryTake(out var batch)) batch.Dispose();
        _encoder.Dispose();
    }

    private async Task GatherAsync()
    {
        List<Task> running = [];
        List<Waiting> rows = [];
        for (var start = _time.GetTimestamp(); await _queue.Reader.WaitToReadAsync().ConfigureAwait(false); start = _time.GetTimestamp())
        {
            if (!_free.TryTake(out var batch)) batch = _encoder.AllocateBatch();
            using (var gathered = new CancellationTokenSource())
            {
                var idle = Task.WhenAll([.. running, Task.Delay(_linger, _time, gathered.Token)]);
                while (!TakeWhatIsThere(batch, rows) && !idle.IsCompleted && !_queue.Reader.Completion.IsCompleted)
                {
                    await Task.WhenAny(idle, _queue.Reader.WaitToReadAsync(gathered.Token).AsTask()).ConfigureAwait(false);
                }

                await gathered.CancelAsync().ConfigureAwait(false);
            }

            Interlocked.Add(ref _waitingTicks, _time.GetElapsedTime(start).Ticks);
            if (running.Count == _runsAtOnce) await Task.WhenAny(running).ConfigureAwait(false);
            running.RemoveAll(run => run.IsCompleted);
            TakeWhatIsThere(batch, rows);
            Waiting[] taken = [.. rows];
            rows.Clear();
            running.Add(Task.Run(() => RunBatch(batch, taken)));
        }

        await Task.WhenAll(running).ConfigureAwait(false);
    }

    // True if the batch is full. A row whose pixels do not fit fails alone.
    private bool TakeWhatIsThere(EncoderBatch batch, List<Waiting> rows)
    {
        while (rows.Count < batch.Size && _queue.Reader.TryRead(out var waiting))
        {
            if (waiting.Stop.IsCancellationRequested) continue;
            try
            {
                batch.Put(rows.Count, waiting.Image.Pixels.Rgb);
                rows.Add(waiting);
            }
            catch (ArgumentException e)
            {
                waiting.SetException(e);
            }
        }

        return rows.Count == batch.Size;
    }

    private void RunBatch(EncoderBatch batch, Waiting[] rows)
    {
        try
        {
            if (rows.Length == 0) return;
            Interlocked.Increment(ref _batches);
            Interlocked.Add(ref _images, rows.Length);
            var start = _time.GetTimestamp();
            _run(batch);
            Interlocked.Add(ref _sessionTicks, _time.GetElapsedTime(start).Ticks);
            for (var i = 0; i < rows.Length; i++) rows[i].SetResult(Answer(rows[i].Image, batch.Embedding(i)));
        }
        catch (Exception e)
        {
            foreach (var row in rows) row.TrySetException(e);
        }
        finally
        {
            _free.Add(batch);
        }
    }

    private static Outcome<EmbeddedImage> Answer(DecodedImage image, ReadOnlySpan<float> raw)
    {
        var unit = UnitVector.From(raw, out var wrong);
        return wrong is null ? new EmbeddedImage(image, unit) : new Rejection(Reason.InvalidEmbedding, wrong);
    }

    private sealed class Waiting(DecodedImage image, CancellationToken stop)
        : TaskCompletionSource<Outcome<EmbeddedImage>>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public DecodedImage Image => image;

        public CancellationToken Stop => stop;
    }
}
