using Memorization.Embedding;
using Memorization.Flow;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;
using static Memorization.Tests.Embedding.Embedders;

namespace Memorization.Tests.Embedding;

public class EmbedderTests
{
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
