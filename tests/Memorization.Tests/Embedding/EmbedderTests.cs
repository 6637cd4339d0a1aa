using CsCheck;
using Memorization.Embedding;
using Memorization.Flow;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Embedding;

public class EmbedderTests
{
    // A row that nobody answers fails its test instead of holding it up.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Never => TestContext.Current.CancellationToken;
    private static readonly byte[] Means = EncoderGraphs.ByteMeans(EncoderGraphs.Nhwc);

    [Theory]
    [InlineData("built-in")]
    [InlineData("mobilenetv2-035-imagenet-1280.onnx")]
    public async Task An_embedding_is_the_same_bits_whatever_the_order_the_company_and_the_callers(string model)
    {
        var path = model == ModelOptions.BuiltIn ? model : SharedFolder.Path("corpora", "encoder", model);
        var images = Enumerable.Range(0, 24).Select(Photos.Made).ToArray();
        var alone = await Embed(batchSize: 1, threads: 1, callers: 1, seed: 0);
        foreach (var (batchSize, threads, callers, seed) in new[] { (8, 1, 1, 1), (8, 2, 24, 2), (8, 2, 24, 3), (5, 3, 7, 4), (32, 1, 24, 5) })
        {
            var together = await Embed(batchSize, threads, callers, seed);
            for (var i = 0; i < images.Length; i++) together[i].ShouldBe(alone[i], $"image {i}, batch {batchSize}, {callers} callers");
        }

        async Task<Half[][]> Embed(int batchSize, int threads, int callers, int seed)
        {
            await using var embedder = new Embedder(new ModelOptions { Path = path, BatchSize = batchSize, Threads = threads, LingerMilliseconds = 1 }, TimeProvider.System);
            var order = Enumerable.Range(0, images.Length).ToArray();
            new Random(seed).Shuffle(order);
            var embeddings = new Half[images.Length][];
            await Parallel.ForEachAsync(order, new ParallelOptions { MaxDegreeOfParallelism = callers }, async (i, stop) =>
            {
                (await embedder.RunAsync(Photos.Row(images[i]), stop)).IsKept(out var embedded).ShouldBeTrue();
                embeddings[i] = embedded!.Embedding;
            });
            return embeddings;
        }
    }

    [Fact]
    public async Task An_embedding_belongs_to_the_image_it_came_with()
    {
        await using var embedder = Open(new ModelOptions { BatchSize = 4, LingerMilliseconds = 0 }, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(1, 200).Select(async red =>
        {
            var row = Photos.Row(Red((byte)red));
            (await embedder.RunAsync(row, Never)).IsKept(out var embedded).ShouldBeTrue();
            embedded!.Decoded.ShouldBeSameAs(row);
            // The means are (red, 100, 0).
            embedded.Embedding.ShouldBe(UnitVector.From([red, 100, 0], out _));
        }));
        embedder.Counters.Images.ShouldBe(200);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinity")]
    [InlineData(0f, "a zero vector")]
    public async Task An_answer_without_a_direction_rejects_its_row_alone(float value, string detail)
    {
        var time = new FakeTimeProvider();
        await using var embedder = Open(new ModelOptions { BatchSize = 2 }, time, run: batch =>
        {
            batch.Embedding(0).Fill(value);
            batch.Embedding(1).Fill(1);
        });
        var wrong = Ask(embedder, 1);
        var right = Ask(embedder, 2);
        (await wrong).Rejection.ShouldBe(new Rejection(Reason.InvalidEmbedding, detail));
        (await right).IsKept(out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_batch_that_fails_once_runs_again()
    {
        var runs = 0;
        await using var embedder = Open(new ModelOptions { BatchSize = 3 }, new FakeTimeProvider(), run: batch =>
        {
            if (Interlocked.Increment(ref runs) == 1) throw new IOException("the device hiccups");
            Fill(batch);
        });
        (await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Ask(embedder, i)))).ShouldAllBe(outcome => outcome.Rejection == null);
        var device = embedder.Counters.Devices.ShouldHaveSingleItem();
        (device.Images, device.Batches, device.Failures, device.LastFailure, device.GivenUp).ShouldBe((3, 1, 1, "the device hiccups", false));
    }

    [Fact]
    public async Task A_batch_that_fails_twice_on_the_only_device_fails_each_of_its_callers_and_nobody_else()
    {
        var runs = 0;
        await using var embedder = Open(new ModelOptions { BatchSize = 3, Threads = 1 }, new FakeTimeProvider(), run: batch =>
        {
            if (Interlocked.Increment(ref runs) <= 2) throw new IOException("the device is gone");
            Fill(batch);
        });
        var failed = Enumerable.Range(0, 3).Select(i => Ask(embedder, i)).ToArray();
        foreach (var task in failed) (await Should.ThrowAsync<IOException>(() => task)).Message.ShouldBe("the device is gone");
        var served = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Ask(embedder, i)));
        served.ShouldAllBe(outcome => outcome.Rejection == null);
    }

    [Fact]
    public async Task A_device_that_fails_twice_in_a_row_is_given_up_and_the_others_do_its_work()
    {
        var options = new ModelOptions { Device = "cpu, cpu", BatchSize = 2, Threads = 2, LingerMilliseconds = 0 };
        await using var embedder = new Embedder(EncoderGraphs.Open(Means, options), options, TimeProvider.System, (batch, device) =>
        {
            if (device == 1) throw new IOException("fell off the bus");
            batch.Run();
        });
        await Task.WhenAll(Enumerable.Range(1, 200).Select(async red =>
        {
            (await Ask(embedder, red)).IsKept(out var embedded).ShouldBeTrue();
            embedded!.Embedding.ShouldBe(UnitVector.From([red, 100, 0], out _));
        }));
        var devices = embedder.Counters.Devices;
        (devices[0].Images, devices[0].GivenUp, devices[0].Failures).ShouldBe((200, false, 0));
        (devices[1].Images, devices[1].GivenUp, devices[1].LastFailure).ShouldBe((0, true, "fell off the bus"));
        embedder.Counters.Images.ShouldBe(200);
    }

    [Fact]
    public async Task Several_devices_share_one_queue_and_give_what_one_gives()
    {
        var images = Enumerable.Range(0, 60).Select(Photos.Made).ToArray();
        var one = await Embed(new ModelOptions { BatchSize = 4, Threads = 1 });
        var two = await Embed(new ModelOptions { Device = "cpu,cpu", BatchSize = 4, Threads = 1 });
        for (var i = 0; i < images.Length; i++) two[i].ShouldBe(one[i], $"image {i}");

        async Task<Half[][]> Embed(ModelOptions options)
        {
            await using var embedder = new Embedder(options, TimeProvider.System);
            var embedded = await Task.WhenAll(images.Select(async image => (await embedder.RunAsync(Photos.Row(image), Never)).IsKept(out var kept) ? kept!.Embedding : []));
            embedder.Counters.Devices.ShouldAllBe(device => device.Name == "cpu" && device.Images > 0);
            embedder.Counters.Images.ShouldBe(images.Length);
            return embedded;
        }
    }

    [Fact]
    public async Task The_counters_say_where_the_time_went()
    {
        var time = new FakeTimeProvider();
        await using var embedder = Open(new ModelOptions { BatchSize = 2, Threads = 1 }, time, run: batch =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            Fill(batch);
        });
        await Task.WhenAll(Ask(embedder, 1), Ask(embedder, 2));
        await embedder.DisposeAsync();
        var counters = embedder.Counters;
        (counters.Images, counters.Batches, counters.BatchSize, counters.AverageFill).ShouldBe((2, 1, 2, 1.0));
        (counters.InSession, counters.WaitingForDevice, counters.Elapsed).ShouldBe((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2)));
        counters.ImagesPerSecond.ShouldBe(1);
    }

    [Fact]
    public async Task Pixels_of_another_size_fail_their_caller_alone()
    {
        await using var embedder = Open(new ModelOptions { BatchSize = 1 }, TimeProvider.System);
        await Should.ThrowAsync<ArgumentException>(async () => await embedder.RunAsync(Photos.Row(new byte[5]), Never));
        (await Ask(embedder, 1)).IsKept(out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_batch_that_is_not_full_waits_for_the_linger()
    {
        var time = new FakeTimeProvider();
        await using var embedder = Open(new ModelOptions { BatchSize = 3, LingerMilliseconds = 20 }, time);
        // No time passes, so these come together although the model was idle all along.
        await Task.WhenAll(Ask(embedder, 1), Ask(embedder, 2), Ask(embedder, 3));
        embedder.Counters.Batches.ShouldBe(1);
        embedder.Counters.AverageFill.ShouldBe(1);

        await Passing(time, Ask(embedder, 4));
        embedder.Counters.Batches.ShouldBe(2);
        embedder.Counters.AverageFill.ShouldBe(4 / 6.0);
        embedder.Counters.WaitingForInput.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public async Task Images_that_come_while_a_batch_runs_go_together_however_long_it_takes()
    {
        var time = new WatchedTime();
        using SemaphoreSlim started = new(0), go = new(0);
        await using var embedder = Open(new ModelOptions { BatchSize = 4, Threads = 3, LingerMilliseconds = 20 }, time, run: batch =>
        {
            started.Release();
            go.Wait(Never);
            Fill(batch);
        });
        var first = Task.WhenAll(Enumerable.Range(0, 4).Select(i => Ask(embedder, i)));
        await started.WaitAsync(Never);
        var second = Ask(embedder, 5);
        // The linger of the first batch, then that of the second, which passes here.
        await time.Timers.WaitAsync(Never);
        await time.Timers.WaitAsync(Never);
        time.Advance(TimeSpan.FromMilliseconds(20));
        var startedAlone = await started.WaitAsync(TimeSpan.FromMilliseconds(200), Never);
        var third = Ask(embedder, 6);
        go.Release(10);
        await first;
        await Passing(time, Task.WhenAll(second, third));
        startedAlone.ShouldBeFalse();
        embedder.Counters.Batches.ShouldBe(2);
    }

    [Fact]
    public async Task Full_batches_run_side_by_side_up_to_the_number_of_threads()
    {
        using SemaphoreSlim started = new(0), go = new(0);
        int running = 0, most = 0;
        await using var embedder = Open(new ModelOptions { BatchSize = 2, Threads = 2 }, new FakeTimeProvider(), run: batch =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            started.Release();
            go.Wait(Never);
            Interlocked.Decrement(ref running);
            Fill(batch);
        });
        embedder.Parallelism.ShouldBe(6);
        var all = Task.WhenAll(Enumerable.Range(0, 12).Select(i => Ask(embedder, i)));
        await started.WaitAsync(Never);
        await started.WaitAsync(Never);
        go.Release(6);
        await all;
        most.ShouldBe(2);
        embedder.Counters.Batches.ShouldBe(6);
    }

    [Fact]
    public async Task The_stop_token_frees_callers_that_wait_and_their_images_take_no_place()
    {
        using var stop = new CancellationTokenSource();
        using SemaphoreSlim started = new(0), go = new(0);
        await using var embedder = Open(new ModelOptions { BatchSize = 1, Threads = 1 }, TimeProvider.System, run: batch =>
        {
            started.Release();
            go.Wait(Never);
            Fill(batch);
        });
        var first = Ask(embedder, 1);
        await started.WaitAsync(Never);
        var second = Ask(embedder, 2);
        await LetOthersWork();
        // The second fills the next batch; one of these is in the queue, the others wait for a place in it.
        var stopped = Enumerable.Range(0, 6).Select(i => AskUntil(embedder, i, stop.Token)).ToArray();
        await stop.CancelAsync();
        foreach (var task in stopped) (await Should.ThrowAsync<OperationCanceledException>(() => task)).CancellationToken.ShouldBe(stop.Token);
        go.Release(100);
        (await first).IsKept(out _).ShouldBeTrue();
        (await second).IsKept(out _).ShouldBeTrue();
        await embedder.DisposeAsync();
        embedder.Counters.Images.ShouldBe(2);
    }

    [Fact]
    public async Task Disposal_answers_those_in_line_without_lingering_and_refuses_those_who_come_later()
    {
        var embedder = Open(new ModelOptions { BatchSize = 5, LingerMilliseconds = 20 }, new FakeTimeProvider());
        var waiting = Enumerable.Range(1, 3).Select(i => Ask(embedder, i)).ToArray();
        await embedder.DisposeAsync().AsTask().WaitAsync(Patience, Never);
        (await Task.WhenAll(waiting)).ShouldAllBe(outcome => outcome.Rejection == null);
        await Should.ThrowAsync<ObjectDisposedException>(() => Ask(embedder, 4));
        await embedder.DisposeAsync();
    }

    [Fact]
    public Task No_row_is_lost_or_answered_twice_whatever_fails_and_whoever_stops() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 3], Gen.Int[1, 2], Gen.Int[0, 1000]).SampleAsync(async (batchSize, threads, devices, seed) =>
        {
            var random = new Random(seed);
            var failing = Enumerable.Range(0, 60).Select(_ => random.Next(3) == 0).ToArray();
            using var stop = new CancellationTokenSource();
            var runs = 0;
            var device = string.Join(',', Enumerable.Repeat("cpu", devices));
            var embedder = Open(new ModelOptions { Device = device, BatchSize = batchSize, Threads = threads, LingerMilliseconds = 0 }, TimeProvider.System, run: batch =>
            {
                var run = Interlocked.Increment(ref runs);
                if (run == 8) stop.Cancel();
                if (failing[run % failing.Length]) throw new IOException();
                Fill(batch);
            });
            int kept = 0, failed = 0, stopped = 0;
            await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
            {
                try
                {
                    var outcome = await AskUntil(embedder, i, i % 4 == 0 ? stop.Token : Never);
                    if (outcome.IsKept(out _)) Interlocked.Increment(ref kept);
                }
                catch (IOException)
                {
                    Interlocked.Increment(ref failed);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref stopped);
                }
            })));
            await embedder.DisposeAsync();
            (kept + failed + stopped).ShouldBe(40);
            // A caller that stopped may or may not have been embedded; every other one was embedded once, or failed.
            embedder.Counters.Images.ShouldBeInRange(kept, 40 - failed);
        }, iter: 30);

    private static Embedder Open(ModelOptions options, TimeProvider time, Action<EncoderBatch>? run = null) =>
        new(EncoderGraphs.Open(Means, options), options, time, run is null ? null : (batch, _) => run(batch));

    private static void Fill(EncoderBatch batch)
    {
        for (var i = 0; i < batch.Size; i++) batch.Embedding(i).Fill(1);
    }

    private static Task<Outcome<EmbeddedImage>> Ask(Embedder embedder, int red) => AskUntil(embedder, red, Never);

    private static Task<Outcome<EmbeddedImage>> AskUntil(Embedder embedder, int red, CancellationToken stop) =>
        embedder.RunAsync(Photos.Row(Red((byte)red)), stop).AsTask().WaitAsync(Patience, Never);

    private static byte[] Red(byte red)
    {
        var rgb = new byte[Photos.PixelBytes];
        for (var i = 0; i < rgb.Length; i += 3) (rgb[i], rgb[i + 1]) = (red, 100);
        return rgb;
    }

    // Lets time pass until the task has ended; how often the embedder looks at the clock is its own affair.
    private static async Task Passing(FakeTimeProvider time, Task task)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        await task;
    }

    // Long enough for another thread to do what it should not; a thread that behaves makes no difference.
    private static async Task LetOthersWork()
    {
        for (var i = 0; i < 2000; i++) await Task.Yield();
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most)) Interlocked.CompareExchange(ref most, value, seen);
    }

    // Says when someone starts to wait.
    private sealed class WatchedTime : FakeTimeProvider
    {
        public SemaphoreSlim Timers { get; } = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Timers.Release();
            return timer;
        }
    }
}
