using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Memorization.Flow;

namespace Memorization.Images;

/// <summary>One process that decodes, an image at a time, and that can be killed.</summary>
internal sealed class DecodeWorker : IAsyncDisposable
{
    // Managed memory: the file, the resampler's rows and pooled strips. The pixels are native and bounded by DecodeOptions.MaxPixels.
    private const string HeapLimit = "0x18000000"; // 384 MiB.

    private readonly Process _process;
    private readonly int _side;
    private int _isKilled;

    private DecodeWorker(Process process, int side) => (_process, _side) = (process, side);

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>It can take another image.</summary>
    public bool IsAlive => _isKilled == 0 && !_process.HasExited;

    /// <summary>Starts a process and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It does not start.</exception>
    public static async Task<DecodeWorker> StartAsync(IReadOnlyList<string> command, DecodeOptions options, int side, bool whole)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[] { ("DOTNET_GCHeapHardLimit", HeapLimit), ("DOTNET_gcServer", "0"), ("DOTNET_gcConcurrent", "0") }) start.Environment[name] = value;
        var worker = new DecodeWorker(Process.Start(start)!, side);
        worker._process.BeginErrorReadLine(); // Read, so that it never blocks, and thrown away.
        try
        {
            await DecodeMessage.WriteAsync(worker.Input, JsonSerializer.SerializeToUtf8Bytes(new DecodeServer.Setup(options, side, whole))).ConfigureAwait(false);
            if (await DecodeMessage.ReadAsync(worker.Output, most: 0).ConfigureAwait(false) is null) throw new EndOfStreamException();
            return worker;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            await worker.DisposeAsync().ConfigureAwait(false);
            throw new InvalidOperationException($"the decoder's process did not start: {string.Join(' ', command)}", exception);
        }
    }

    /// <summary>Decodes an image, or kills the process when the time is over.</summary>
    public async Task<Outcome<ClipPixels>> DecodeAsync(ReadOnlyMemory<byte> bytes, TimeSpan limit, TimeProvider time, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        // A read from a pipe is not cancelled, it ends with the process.
        await using var atStop = stop.Register(Kill).ConfigureAwait(false);
        await using var atDeadline = deadline.Token.Register(Kill).ConfigureAwait(false);
        try
        {
            await DecodeMessage.WriteAsync(Input, bytes).ConfigureAwait(false);
            if (await DecodeMessage.ReadAsync(Output, DecodeMessage.MostBytes(_side)).ConfigureAwait(false) is { } answer) return DecodeMessage.Unpack(answer, _side);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            // Said below.
        }

        var isLate = deadline.IsCancellationRequested;
        stop.ThrowIfCancellationRequested();
        if (isLate) return new Rejection(Reason.DecodeTimeout, string.Create(CultureInfo.InvariantCulture, $"{limit.TotalSeconds} s"));
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return new Rejection(Reason.DecoderCrashed, string.Create(CultureInfo.InvariantCulture, $"exit code {_process.ExitCode}"));
    }

    /// <summary>Ends the process and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private Stream Input => _process.StandardInput.BaseStream;

    private Stream Output => _process.StandardOutput.BaseStream;

    private void Kill()
    {
        if (Interlocked.Exchange(ref _isKilled, 1) == 0) _process.Kill();
    }
}
