using System.Buffers;
using Memorization.Flow;

namespace Memorization.Fetch;

/// <summary>Reads a body into one array, never more than the cap, and stops at the first bytes of a web page.</summary>
internal static class BodyReader
{
    private const int FirstBuffer = 16 << 10;

    /// <summary>The body's bytes, or why there is no image.</summary>
    /// <exception cref="IOException">The connection broke or the body is not well-formed; see <see cref="FetchFailure.OfException"/>.</exception>
    public static async ValueTask<(byte[]? Bytes, FetchFailure? Failure)> ReadAsync(
        Stream body, string? mediaType, int maxBytes, BodyPace pace, CancellationToken stop)
    {
        // What a server announces is not believed: the buffer grows with what has come, and is given back to the pool.
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            int length = 0, read;
            var sniffed = false;
            do
            {
                if (length == buffer.Length) buffer = Grow(buffer);
                read = await body.ReadAsync(buffer.AsMemory(length), stop).ConfigureAwait(false);
                length += read;
                if (length > maxBytes) return (null, new FetchFailure(Reason.BodyTooLarge, $"more than {maxBytes} bytes"));
                if (read > 0 && pace.IsTooSlow(length)) return (null, new FetchFailure(Reason.TooSlow, $"{length} bytes so far", CanChange: true));
                if (sniffed || length == 0 || (length < MediaSniffer.Length && read > 0)) continue;
                sniffed = true;
                if (MediaSniffer.IsText(buffer.AsSpan(0, Math.Min(length, MediaSniffer.Length)), mediaType))
                {
                    return (null, new FetchFailure(Reason.NotAnImage, $"text, sent as {mediaType ?? "nothing"}"));
                }
            }
            while (read > 0);
            return length == 0 ? (null, new FetchFailure(Reason.EmptyBody, "0 bytes")) : (buffer.AsSpan(0, length).ToArray(), null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }
}
