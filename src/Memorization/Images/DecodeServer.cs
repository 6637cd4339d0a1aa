using System.Text.Json;

namespace Memorization.Images;

/// <summary>The other end of a <see cref="DecodeWorkers"/>' process: decodes what comes in on one stream and answers on another, until the first one ends.</summary>
public static class DecodeServer
{
    /// <summary>Serves to the end of <paramref name="input"/>, also in the middle of an image: a process whose parent died must not work on.</summary>
    public static async Task RunAsync(Stream input, Stream output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        NativeHeap.KeepLittle();
        if (await DecodeMessage.ReadAsync(input).ConfigureAwait(false) is not { } setup) return;
        var (options, side, whole) = JsonSerializer.Deserialize<Setup>(setup)!;
        var decoder = new ImageDecoder(options, side: side, whole: whole);
        await DecodeMessage.WriteAsync(output, default).ConfigureAwait(false);
        for (var next = DecodeMessage.ReadAsync(input); await next.ConfigureAwait(false) is { } bytes;)
        {
            var decoding = Task.Run(() => decoder.Decode(bytes));
            next = DecodeMessage.ReadAsync(input);
            if (await Task.WhenAny(decoding, next).ConfigureAwait(false) != decoding) return;
            await DecodeMessage.WriteAsync(output, DecodeMessage.Pack(await decoding.ConfigureAwait(false))).ConfigureAwait(false);
        }
    }

    /// <summary>The first message.</summary>
    internal sealed record Setup(DecodeOptions Options, int Side, bool Whole = false);
}
