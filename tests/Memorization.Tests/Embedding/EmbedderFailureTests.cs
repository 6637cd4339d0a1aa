using CsCheck;
using Memorization.Embedding;
using Memorization.Flow;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;
using static Memorization.Tests.Embedding.Embedders;

namespace Memorization.Tests.Embedding;

/// <summary>What becomes of images when the model, a device or all of them fail.</summary>
public class EmbedderFailureTests
{
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
}
