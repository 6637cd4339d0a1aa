namespace Memorization.Images;

/// <summary>What decoding an image may cost at worst, told by its header.</summary>
/// <param name="Work">Pixels times passes: the scans of a JPEG, 2 for an interlaced PNG, 1 for anything else.</param>
/// <param name="Bytes">Memory at the peak, without the file and the resampler's rows.</param>
/// <param name="IsDivisible">Parts of the image can be decoded one after the other, each in less memory, to the same pixels.</param>
internal readonly record struct DecodeCost(long Work, long Bytes, bool IsDivisible = false)
{
    /// <summary>What is decoded in the process.</summary>
    /// <remarks>
    /// The slowest kind is WebP of noise, 83 ms a megapixel: 0.7 s here. A JPEG's baseline takes 40 ms a megapixel and each further scan 6, a PNG 20.
    /// Measured on files made to be slow: tests/Memorization.Benchmarks/results/decoding.md.
    /// </remarks>
    public const long MostInProcess = 8_000_000;

    /// <summary>The cost of an image whose header has been read.</summary>
    public static DecodeCost Of(string format, ReadOnlySpan<byte> bytes, JpegMarkers jpeg, int width, int height)
    {
        var pixels = (long)width * height;
        return format switch
        {
            "jpeg" => new(pixels * Math.Max(jpeg.Scans, 1), (long)(pixels * jpeg.CoefficientBytes)),
            "png" when IsInterlaced(bytes) => new(pixels * 2, pixels * (4 + BytesPerPixel(bytes[24], bytes[25])), IsDivisible: true),
            "png" => new(pixels, pixels * 4, IsDivisible: true),
            "ico" => new(pixels * 2, pixels * 12), // There may be any PNG inside.
            "webp" when bytes[12..].StartsWith("VP8 "u8) => new(pixels, pixels * 4),
            "webp" => new(pixels, pixels * 8, IsDivisible: true), // A lossless one is kept once more inside the decoder.
            "gif" => new(pixels, pixels * 5),
            _ => new(pixels, pixels * 4),
        };
    }

    private static bool IsInterlaced(ReadOnlySpan<byte> png) => png.Length > 28 && png[28] != 0;

    private static int BytesPerPixel(byte depth, byte colorType)
    {
        var samples = colorType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        return samples * (depth == 16 ? 2 : 1);
    }
}
