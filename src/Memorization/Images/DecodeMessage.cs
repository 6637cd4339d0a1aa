using System.Buffers.Binary;
using Memorization.Flow;

namespace Memorization.Images;

/// <summary>What a <see cref="DecodeWorker"/> and its process say to each other: an int32 of length, little-endian, and as many bytes.</summary>
internal static class DecodeMessage
{
    // An answer is the pixels and a few words; what is longer comes from a process gone wrong.
    private const int LongestText = 4096;

    /// <summary>Writes one message.</summary>
    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> message)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        await stream.WriteAsync(length).ConfigureAwait(false);
        await stream.WriteAsync(message).ConfigureAwait(false);
        await stream.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Reads one message; null where the stream ends before it.</summary>
    /// <exception cref="EndOfStreamException">The stream ends inside it.</exception>
    /// <exception cref="InvalidDataException">It is longer than allowed.</exception>
    public static async Task<byte[]?> ReadAsync(Stream stream, int most = int.MaxValue)
    {
        var length = new byte[4];
        if (await stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false).ConfigureAwait(false) < 4) return null;
        var count = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (count < 0 || count > most) throw new InvalidDataException($"a message of {count} bytes");
        var message = GC.AllocateUninitializedArray<byte>(count);
        await stream.ReadExactlyAsync(message).ConfigureAwait(false);
        return message;
    }

    /// <summary>The most bytes of an answer for a side.</summary>
    public static int MostBytes(int side) => (side * side * 3) + LongestText;

    /// <summary>An outcome as bytes.</summary>
    public static byte[] Pack(Outcome<ClipPixels> outcome)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        var isKept = outcome.IsKept(out var pixels);
        writer.Write(isKept);
        if (pixels is not null)
        {
            writer.Write(pixels.Width);
            writer.Write(pixels.Height);
            writer.Write(pixels.Format);
            writer.Write(pixels.Rgb);
        }
        else
        {
            writer.Write(outcome.Rejection!.Reason.ToString());
            writer.Write(outcome.Rejection.Detail ?? "");
        }

        return bytes.ToArray();
    }

    /// <summary>The outcome that was packed.</summary>
    /// <exception cref="InvalidDataException">The bytes are no outcome for this side.</exception>
    public static Outcome<ClipPixels> Unpack(byte[] message, int side)
    {
        using var reader = new BinaryReader(new MemoryStream(message));
        if (!reader.ReadBoolean())
        {
            var reason = Enum.TryParse<Reason>(reader.ReadString(), out var known) ? known : throw new InvalidDataException("an unknown reason");
            return new Rejection(reason, reader.ReadString() is { Length: > 0 } detail ? detail : null);
        }

        var (width, height, format, rgb) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadString(), reader.ReadBytes(side * side * 3));
        return rgb.Length == side * side * 3 ? new ClipPixels(rgb, width, height, format) : throw new InvalidDataException("too few pixels");
    }
}
