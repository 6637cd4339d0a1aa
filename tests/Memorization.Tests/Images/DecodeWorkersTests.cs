using System.Diagnostics;
using Memorization.Flow;
using Memorization.Images;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Images;

/// <summary>Images whose header says that they may take long, through processes of the built program.</summary>
public sealed class DecodeWorkersTests
{
    // 12 megapixels: too many for the process itself, few enough to be decoded beside others.
    private static readonly Lazy<byte[]> Slow = new(() => Grey(4000, 3000));

    private static readonly string[] Command =
        [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "memorization.dll"), "decode-worker"];

    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_of_its_own_gives_the_same_pixels()
    {
        await using var workers = Workers(new DecodeOptions());
        var decoder = new ImageDecoder(workers: workers);
        (await decoder.DecodeAsync(Slow.Value, _stop)).IsKept(out var there).ShouldBeTrue();
        decoder.Decode(Slow.Value).IsKept(out var here).ShouldBeTrue();
        there!.Rgb.ShouldBe(here!.Rgb);
        (there.Width, there.Height, there.Format).ShouldBe((4000, 3000, "png"));
        workers.ProcessIds.Count().ShouldBe(1);
    }

    [Fact]
    public async Task What_a_process_rejects_is_rejected_with_the_same_words()
    {
        await using var workers = Workers(new DecodeOptions());
        var decoder = new ImageDecoder(workers: workers);
        var cut = Slow.Value.AsMemory(0, Slow.Value.Length / 2);
        (await decoder.DecodeAsync(cut, _stop)).Rejection.ShouldBe(decoder.Decode(cut).Rejection);
    }

    [Fact]
    public async Task A_small_image_needs_no_process()
    {
        await using var workers = Workers(new DecodeOptions());
        (await new ImageDecoder(workers: workers).DecodeAsync(Grey(300, 200), _stop)).IsKept(out _).ShouldBeTrue();
        workers.ProcessIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_image_that_takes_too_long_is_given_up_and_the_next_one_decodes()
    {
        var options = new DecodeOptions { TimeLimitSeconds = 0.001 };
        await using var workers = Workers(options);
        var decoder = new ImageDecoder(options, workers: workers);
        (await decoder.DecodeAsync(Slow.Value, _stop)).Rejection.ShouldBe(new Rejection(Reason.DecodeTimeout, "0.001 s"));
        workers.ProcessIds.ShouldBeEmpty();
        (await decoder.DecodeAsync(Grey(300, 200), _stop)).IsKept(out _).ShouldBeTrue();
        (await decoder.DecodeAsync(Slow.Value, _stop)).Rejection!.Reason.ShouldBe(Reason.DecodeTimeout);
    }

    [Fact]
    public async Task A_process_that_dies_costs_its_image_and_the_next_one_decodes()
    {
        await using var workers = Workers(new DecodeOptions());
        var decoder = new ImageDecoder(workers: workers);
        var large = decoder.DecodeAsync(Grey(9000, 9000), _stop).AsTask();
        while (!workers.ProcessIds.Any()) await Task.Delay(5, _stop);
        using (var process = Process.GetProcessById(workers.ProcessIds.Single())) process.Kill();
        (await large).Rejection.ShouldBe(new Rejection(Reason.DecoderCrashed, "exit code 137"));
        (await decoder.DecodeAsync(Slow.Value, _stop)).IsKept(out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_process_that_died_idle_is_no_images_fault()
    {
        await using var workers = Workers(new DecodeOptions());
        var decoder = new ImageDecoder(workers: workers);
        (await decoder.DecodeAsync(Slow.Value, _stop)).IsKept(out _).ShouldBeTrue();
        using (var process = Process.GetProcessById(workers.ProcessIds.Single()))
        {
            process.Kill();
            await process.WaitForExitAsync(_stop);
        }

        (await decoder.DecodeAsync(Slow.Value, _stop)).IsKept(out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Nothing_runs_on_after_the_end()
    {
        var workers = Workers(new DecodeOptions());
        var decoder = new ImageDecoder(workers: workers);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => decoder.DecodeAsync(Slow.Value, _stop).AsTask()));
        var ids = workers.ProcessIds.ToList();
        ids.Count.ShouldBeInRange(1, Environment.ProcessorCount);
        await workers.DisposeAsync();
        foreach (var id in ids) Should.Throw<ArgumentException>(() => Process.GetProcessById(id));
    }

    [Fact]
    public async Task A_process_ends_with_its_input_in_the_middle_of_an_image()
    {
        using var process = Process.Start(new ProcessStartInfo(Command[0], Command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var (input, output) = (process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
        await DecodeMessage.WriteAsync(input, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new DecodeServer.Setup(new DecodeOptions(), 224)));
        (await DecodeMessage.ReadAsync(output)).ShouldBe([]);
        await DecodeMessage.WriteAsync(input, Grey(9000, 9000));
        process.StandardInput.Close();
        await process.WaitForExitAsync(_stop).WaitAsync(TimeSpan.FromSeconds(30), _stop);
        process.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_command_that_is_no_decoder_is_an_error_not_an_outcome()
    {
        await using var workers = new DecodeWorkers(["/bin/true"], new DecodeOptions());
        await Should.ThrowAsync<InvalidOperationException>(async () => await new ImageDecoder(workers: workers).DecodeAsync(Slow.Value, _stop));
        workers.ProcessIds.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_outcome_survives_the_way_between_processes(bool isKept)
    {
        Outcome<ClipPixels> outcome = isKept ? new ClipPixels(new byte[16 * 16 * 3], 20, 30, "gif") : new Rejection(Reason.CorruptPixels);
        var back = DecodeMessage.Unpack(DecodeMessage.Pack(outcome), 16);
        back.Rejection.ShouldBe(outcome.Rejection);
        if (back.IsKept(out var pixels)) (pixels.Rgb.Length, pixels.Width, pixels.Height, pixels.Format).ShouldBe((768, 20, 30, "gif"));
    }

    private static DecodeWorkers Workers(DecodeOptions options) => new(Command, options);

    private static byte[] Grey(int width, int height) => Encoded.Png(width, height, depth: 8, colorType: 0, new byte[width * height]);
}
