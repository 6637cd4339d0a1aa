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
    public static bool IsSeen(string format, ReadOnlySpan<byte> bytes, JpegMarkers jpeg) => format switch
    {
        "jpeg" => !jpeg.IsWhole,
        "webp" => BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) + 8L > bytes.Length,
        _ => false,
    };
}
