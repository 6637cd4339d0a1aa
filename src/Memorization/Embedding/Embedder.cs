using System.Threading.Channels;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Inference;

namespace Memorization.Embedding;

/// <summary>The Embed stage: gathers the images of many callers into batches and runs the model over them, on every device it has.</summary>
/// <remarks>
/// Thread-safe. Each device has a few lanes, each with a batch of its own. Lanes take turns at the one queue: while one gathers, the others copy, run
/// and answer. A batch that is not full goes when the linger has passed and no lane runs: padding costs as much as images do. Every batch is padded to
/// the full size and no operator is split between threads, so on one kind of device an embedding depends neither on which images came together nor on
/// the number of lanes. A batch that fails runs once more; after that its device is given up and its images go to the other devices, or, from the last
/// one, back to their callers as the exception.
/// </remarks>
public sealed class Embedder : IAsyncDisposable
{
    private readonly ImageEncoder _encoder;
    private readonly Action<EncoderBatch, int> _run;
    private readonly TimeProvider _time;
    private readonly TimeSpan _linger;
    private readonly Channel<Waiting> _queue;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly EncoderBatch[] _batches;
    private readonly Task _lanes;
    private readonly LaneClock _clock;
    private readonly DeviceState[] _devices;

    /// <summary>Loads the model and waits for images.</summary>
    /// <exception cref="FileNotFoundException">There is no such model file.</exception>
    /// <exception cref="InvalidDataException">It is not an ONNX image encoder, or mean and std do not fit.</exception>
    /// <exception cref="NotSupportedException">A device is not there; the message says what to do.</exception>
    public Embedder(ModelOptions options, TimeProvider time)
        : this(ImageEncoder.Open(options), options, time)
    {
    }

    internal Embedder(ImageEncoder encoder, ModelOptions options, TimeProvider time, Action<EncoderBatch, int>? run = null)
    {
        (_encoder, _run, _time) = (encoder, run ?? ((batch, _) => batch.Run()), time);
        _linger = TimeSpan.FromMilliseconds(options.LingerMilliseconds);
        _queue = Channel.CreateBounded<Waiting>(encoder.BatchSize);
        _devices = [.. encoder.Devices.Select(name => new DeviceState(name))];
        var lanes = encoder.RunsPerDevice * _devices.Length;
        _clock = new LaneClock(time, lanes);
        _batches = [.. Enumerable.Range(0, lanes).Select(lane => encoder.AllocateBatch(lane % _devices.Length))];
        _lanes = Task.WhenAll(_batches.Select((batch, lane) => Task.Run(() => ServeAsync(batch, lane % _devices.Length))));
    }

    /// <summary>ONNX Runtime's version.</summary>
    public static string RuntimeVersion => OnnxSession.Version;

    /// <summary>What is known of the model.</summary>
    public ImageModel Model => _encoder.Model;

    /// <summary>Concurrent calls that keep the model busy: a batch in each lane, one in the queue.</summary>
    public int Parallelism => (_batches.Length + 1) * _encoder.BatchSize;

    /// <summary>What has been done so far.</summary>
    public EmbedderCounters Counters => _clock.Read(_encoder.BatchSize, [.. _devices.Select(device => device.Read())]);

    /// <summary>Embeds one image, together with those of other callers.</summary>
    /// <returns>The image with its embedding, or <see cref="Reason.InvalidEmbedding"/>.</returns>
    /// <exception cref="ArgumentException">The pixels are not those of the model's side.</exception>
    /// <exception cref="ObjectDisposedException">The embedder was disposed before the image got a place.</exception>
    public async ValueTask<Outcome<EmbeddedImage>> RunAsync(DecodedImage image, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Pixels.Rgb.Length != _encoder.ImageBytes) throw new ArgumentException($"{image.Pixels.Rgb.Length} bytes instead of {_encoder.ImageBytes}", nameof(image));
        var waiting = new Waiting(image, stop);
        try
        {
            await _queue.Writer.WriteAsync(waiting, stop).ConfigureAwait(false);
        }
        catch (ChannelClosedException closed)
        {
            throw closed.InnerException ?? new ObjectDisposedException(nameof(Embedder));
        }

        return await waiting.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Takes no more images, answers those that have a place, and frees the model.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _lanes.ConfigureAwait(false);
        foreach (var batch in _batches) batch.Dispose();
        _encoder.Dispose();
        _turn.Dispose();
    }

    private async Task ServeAsync(EncoderBatch batch, int device)
    {
        List<Waiting> rows = new(batch.Size);
        try
        {
            using var thread = new LaneThread($"embed on {_devices[device].Name}");
            while (!_devices[device].GivenUp && await GatherAsync(batch.Size, rows).ConfigureAwait(false))
            {
                var failure = await thread.RunAsync(() => RunBatch(batch, rows, device) is null ? null : RunBatch(batch, rows, device)).ConfigureAwait(false);
                _clock.Ended();
                if (failure is not null) await GiveUpAsync(device, rows, failure).ConfigureAwait(false);
                rows.Clear();
            }
        }
        catch (Exception e)
        {
            // Nobody may wait for a lane that is gone.
            _queue.Writer.TryComplete(e);
            do
            {
                foreach (var row in rows) row.TrySetException(e);
                rows.Clear();
            }
            while (TakeWhatIsThere(batch.Size, rows) || rows.Count > 0);
        }
    }

    // False once there will be no more rows.
    private async Task<bool> GatherAsync(int size, List<Waiting> rows)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var start = _time.GetTimestamp();
            while (rows.Count == 0)
            {
                if (!await _queue.Reader.WaitToReadAsync().ConfigureAwait(false)) return false;
                using var gathered = new CancellationTokenSource();
                var idle = Task.WhenAll(_clock.Idle, Task.Delay(_linger, _time, gathered.Token));
                while (!TakeWhatIsThere(size, rows) && !idle.IsCompleted && !_queue.Reader.Completion.IsCompleted)
                {
                    await Task.WhenAny(idle, _queue.Reader.WaitToReadAsync(gathered.Token).AsTask()).ConfigureAwait(false);
                }

                await gathered.CancelAsync().ConfigureAwait(false);
            }

            _clock.Began(rows.Count, _time.GetElapsedTime(start));
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    // True if the batch is full.
    private bool TakeWhatIsThere(int size, List<Waiting> rows)
    {
        while (rows.Count < size && _queue.Reader.TryRead(out var waiting))
        {
            if (!waiting.Stop.IsCancellationRequested) rows.Add(waiting);
        }

        return rows.Count == size;
    }

    // What went wrong; null if nothing did and every row is answered.
    private Exception? RunBatch(EncoderBatch batch, List<Waiting> rows, int device)
    {
        var answers = new Outcome<EmbeddedImage>[rows.Count];
        try
        {
            var start = _time.GetTimestamp();
            for (var i = 0; i < rows.Count; i++) batch.Put(i, rows[i].Image.Pixels.Rgb);
            var copied = _time.GetTimestamp();
            _run(batch, device);
            var ended = _time.GetTimestamp();
            for (var i = 0; i < rows.Count; i++) answers[i] = Answer(rows[i].Image, batch.Embedding(i));
            _clock.Add(_time.GetElapsedTime(start, copied), _time.GetElapsedTime(copied, ended), _time.GetElapsedTime(ended));
        }
        catch (Exception e)
        {
            _devices[device].AddFailure(e.Message);
            return e;
        }

        _devices[device].Add(rows.Count);
        for (var i = 0; i < rows.Count; i++) rows[i].SetResult(answers[i]);
        return null;
    }

    // Rows go back into the queue while another device is there, else to their callers.
    private async Task GiveUpAsync(int device, List<Waiting> rows, Exception failure)
    {
        bool others;
        lock (_devices)
        {
            others = _devices.Where((state, i) => i != device && !state.GivenUp).Any();
            if (others) _devices[device].GivenUp = true;
        }

        foreach (var row in rows)
        {
            try
            {
                if (others) await _queue.Writer.WriteAsync(row).ConfigureAwait(false);
                else row.SetException(failure);
            }
            catch (ChannelClosedException)
            {
                row.SetException(failure);
            }
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

    // What one device has done.
    private sealed class DeviceState(string name)
    {
        public string Name => name;

        private long _images, _batches, _failures;
        private volatile string? _lastFailure;
        private volatile bool _givenUp;

        public bool GivenUp
        {
            get => _givenUp;
            set => _givenUp = value;
        }

        public void Add(int images)
        {
            Interlocked.Add(ref _images, images);
            Interlocked.Increment(ref _batches);
        }

        public void AddFailure(string message)
        {
            _lastFailure = message;
            Interlocked.Increment(ref _failures);
        }

        public DeviceCounters Read() => new(name, Interlocked.Read(ref _images), Interlocked.Read(ref _batches), Interlocked.Read(ref _failures), _lastFailure, _givenUp);
    }
}
