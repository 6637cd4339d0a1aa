using System.Collections.Concurrent;
using System.Threading.Channels;
using Memorization.Flow;
using Memorization.Images;

namespace Memorization.Embedding;

/// <summary>The Embed stage: gathers the images of many callers into batches and runs the model over them.</summary>
/// <remarks>
/// Thread-safe. One batch is filled while another runs; a batch that is not full goes as soon as the model is idle and the linger has passed.
/// Every batch is padded to the full size, so an embedding never depends on which images came together.
/// </remarks>
public sealed class Embedder : IAsyncDisposable
{
    // A batch already uses every core; on the CPU two at once only share them.
    private const int RunsAtOnce = 1;

    private readonly ImageEncoder _encoder;
    private readonly Action<EncoderBatch> _run;
    private readonly TimeProvider _time;
    private readonly TimeSpan _linger;
    private readonly Channel<Waiting> _queue;
    private readonly ConcurrentBag<EncoderBatch> _free = [];
    private readonly SemaphoreSlim _session = new(RunsAtOnce);
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
        _linger = TimeSpan.FromMilliseconds(options.LingerMilliseconds);
        _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(encoder.BatchSize) { SingleReader = true });
        for (var i = 0; i <= RunsAtOnce; i++) _free.Add(encoder.AllocateBatch());
        _gathering = Task.Run(GatherAsync);
    }

    /// <summary>What is known of the model.</summary>
    public ImageModel Model => _encoder.Model;

    /// <summary>Concurrent calls that keep the model busy: one batch running, one being filled.</summary>
    public int Parallelism => (RunsAtOnce + 1) * _encoder.BatchSize;

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
        _session.Dispose();
    }

    private async Task GatherAsync()
    {
        List<Waiting> rows = new(_encoder.BatchSize);
        for (var start = _time.GetTimestamp(); await _queue.Reader.WaitToReadAsync().ConfigureAwait(false); start = _time.GetTimestamp())
        {
            _free.TryTake(out var batch);
            using (var linger = new CancellationTokenSource(_linger, _time))
            {
                while (!TakeWhatIsThere(batch!, rows) && !linger.IsCancellationRequested && !_queue.Reader.Completion.IsCompleted)
                {
                    Task more = _queue.Reader.WaitToReadAsync(linger.Token).AsTask();
                    await more.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }

            Interlocked.Add(ref _waitingTicks, _time.GetElapsedTime(start).Ticks);
            await _session.WaitAsync().ConfigureAwait(false);
            TakeWhatIsThere(batch!, rows);
            Waiting[] taken = [.. rows];
            rows.Clear();
            _ = Task.Run(() => RunBatch(batch!, taken));
        }

        for (var i = 0; i < RunsAtOnce; i++) await _session.WaitAsync().ConfigureAwait(false);
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
            _session.Release();
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
