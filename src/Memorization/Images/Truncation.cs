using System.Buffers.Binary;

namespace Memorization.Images;

/// <summary>Whether the container itself shows that bytes are missing, for the formats whose decoder does not always say so.</summary>
/// <remarks>
/// SkiaSharp decodes a tenth of a progressive JPEG to a blurred picture and calls it a success, and does not miss the later frames of a WebP.
/// Pillow refuses both.
/// </remarks>
internal static class Truncation
{
    /// <summary>True for a JPEG without an end-of-image marker after its last scan and for a WebP shorter than it announces.</summary>
    public static bool IsSeen(string format, ReadOnlySpan<byte> bytes) => format switch
    {
        "jpeg" => !HasEndOfImage(bytes),
        "webp" => BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + 8L > bytes.Length,
        _ => false,
    };

    // From marker to marker: a thumbnail's end-of-image lies inside a segment and is stepped over with it.
    private static bool HasEndOfImage(ReadOnlySpan<byte> jpeg)
    {
        for (var rest = jpeg[2..]; ;)
        {
            var at = rest.IndexOf((byte)0xFF);
            if (at < 0 || at + 1 >= rest.Length) return false;
            rest = rest[(at + 1)..];
            switch (rest[0])
            {
                case 0xD9:
                    return true;
                case 0xFF: // Fill.
                case 0x00 or 0x01 or (>= 0xD0 and <= 0xD8): // A stuffed byte, or a marker without a segment.
                    break;
                default:
                    var length = rest.Length < 3 ? int.MaxValue : 1 + BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
                    if (length > rest.Length) return false;
                    rest = rest[length..];
                    break;
            }
        }
    }
}
