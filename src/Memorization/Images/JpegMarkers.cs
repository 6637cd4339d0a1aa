using System.Buffers.Binary;

namespace Memorization.Images;

/// <summary>What a JPEG's markers tell before anything is decoded, up to its end-of-image.</summary>
/// <param name="IsWhole">There is an end-of-image marker.</param>
/// <param name="Scans">How many scans begin: each passes over the whole image once.</param>
/// <param name="CoefficientBytes">Bytes of coefficients per pixel that the decoder keeps until the last scan; 0 if it can do row by row.</param>
internal readonly record struct JpegMarkers(bool IsWhole, int Scans, double CoefficientBytes)
{
    // The marker, the length, the precision, height and width, the number of components, the first one's name.
    private const int SamplesAt = 10;

    /// <summary>From marker to marker: a thumbnail's lie inside a segment and are stepped over with it.</summary>
    public static JpegMarkers Read(ReadOnlySpan<byte> jpeg)
    {
        var (scans, isKept, perPixel) = (0, false, 0.0);
        for (var rest = jpeg[2..]; ;)
        {
            var at = rest.IndexOf((byte)0xFF);
            if (at < 0 || at + 1 >= rest.Length) return Result(isWhole: false);
            rest = rest[(at + 1)..];
            switch (rest[0])
            {
                case 0xD9:
                    return Result(isWhole: true);
                case 0xFF: // Fill.
                case 0x00 or 0x01 or (>= 0xD0 and <= 0xD8): // A stuffed byte, or a marker without a segment.
                    break;
                default:
                    var length = rest.Length < 3 ? int.MaxValue : 1 + BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
                    if (length > rest.Length) return Result(isWhole: false);
                    if (rest[0] == 0xDA) scans++;
                    if (rest[0] is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                    {
                        isKept = rest[0] is 0xC2 or 0xC6 or 0xCA or 0xCE;
                        perPixel = BytesPerPixel(rest[..length]);
                    }

                    rest = rest[length..];
                    break;
            }
        }

        JpegMarkers Result(bool isWhole) => new(isWhole, scans, isKept || scans > 1 ? perPixel : 0);
    }

    // Two bytes for each sample of each component; a component's sampling factors are relative to the largest.
    private static double BytesPerPixel(ReadOnlySpan<byte> frame)
    {
        var (blocks, across, down) = (0, 1, 1);
        for (var at = SamplesAt; at < frame.Length; at += 3)
        {
            var (h, v) = (frame[at] >> 4, frame[at] & 15);
            (blocks, across, down) = (blocks + (h * v), Math.Max(across, h), Math.Max(down, v));
        }

        return 2.0 * blocks / (across * down);
    }
}
