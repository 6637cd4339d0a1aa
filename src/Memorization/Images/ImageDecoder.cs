using System.Buffers;
using System.Runtime.InteropServices;
using Memorization.Fetch;
using Memorization.Flow;
using SkiaSharp;

namespace Memorization.Images;

/// <summary>The Decode stage: the bytes as CLIP's pixels, the way Pillow and torchvision make them.</summary>
/// <remarks>
/// First frame, no EXIF rotation, no colour management (ICC profiles and gAMA do not touch the pixels), alpha dropped, bicubic resize, centre
/// crop. The header is held against <see cref="DecodeOptions"/> before anything is allocated on its word. Any bytes get an outcome, none an
/// exception. Thread-safe.
/// </remarks>
/// <param name="options">Which images are decoded.</param>
/// <param name="thumbnails">Whether a row's image also gets a thumbnail: 0.2 ms more of the same core.</param>
/// <param name="side">Pixels on each side that the model reads; at least <see cref="ClipPixels.LeastSide"/>.</param>
/// <param name="workers">Where images are decoded that may take long, with the same side and <paramref name="whole"/>; null: here, without a time limit.</param>
/// <param name="whole">Resizes the whole image to the square, whatever its shape, instead of cutting the middle square: for looking at its parts.</param>
public sealed class ImageDecoder(DecodeOptions? options = null, bool thumbnails = false, int side = ClipPixels.Side, DecodeWorkers? workers = null, bool whole = false)
{
    // The height of a JPEG's largest usual block, so that no block row is split.
    private const int StripRows = 16;

    // Of memory for each pixel that an image may have: from the first on an image is decoded in parts, if it can be, beyond the second it is refused.
    private const int PartBytesPerPixel = 3;
    private const int MostBytesPerPixel = 4;
    private static readonly SearchValues<byte> Zero = SearchValues.Create([0]);

    private readonly DecodeOptions _options = options ?? new();

    /// <summary>Decodes a row's image: about a millisecond of one core per 0.1 megapixels, synchronously unless it may take long.</summary>
    public async ValueTask<Outcome<DecodedImage>> RunAsync(FetchedImage image, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(image);
        stop.ThrowIfCancellationRequested();
        var outcome = await DecodeAsync(image.Bytes, stop).ConfigureAwait(false);
        return outcome.IsKept(out var pixels)
            ? new DecodedImage(image, pixels) { Thumbnail = thumbnails ? Thumbnail.Encode(pixels.Rgb) : null }
            : outcome.Rejection!;
    }

    /// <summary>Decodes an encoded image, in a process of its own if it may take long and there are such processes.</summary>
    public ValueTask<Outcome<ClipPixels>> DecodeAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        if (workers is null) return ValueTask.FromResult(Decode(bytes));
        return Decode(bytes, DecodeCost.MostInProcess, out var cost) is { } outcome ? ValueTask.FromResult(outcome) : workers.DecodeAsync(bytes, cost.Bytes, stop);
    }

    /// <summary>Decodes an encoded image here, however long it takes.</summary>
    public Outcome<ClipPixels> Decode(ReadOnlyMemory<byte> bytes) => Decode(bytes, long.MaxValue, out _)!.Value;

    // Null if it may be more work than allowed.
    private Outcome<ClipPixels>? Decode(ReadOnlyMemory<byte> bytes, long mostWork, out DecodeCost cost)
    {
        cost = default;
        var format = ImageFormat.Sniff(bytes.Span);
        return format switch
        {
            "gif" => DecodeGif(bytes, mostWork, out cost),
            "jpeg" or "png" or "webp" or "bmp" or "ico" => Decode(bytes, format, background: 0, mostWork, out cost),
            _ => new Rejection(Reason.UnsupportedFormat, format),
        };
    }

    private Outcome<ClipPixels>? DecodeGif(ReadOnlyMemory<byte> bytes, long mostWork, out DecodeCost cost)
    {
        var frame = GifFrame.Find(bytes.Span);
        if (frame.FlagsAt == 0) return Decode(bytes, "gif", frame.Background, mostWork, out cost);
        var opaque = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(opaque);
        opaque[frame.FlagsAt] &= 0xFE;
        var outcome = Decode(opaque.AsMemory(0, bytes.Length), "gif", frame.Background, mostWork, out cost);
        ArrayPool<byte>.Shared.Return(opaque);
        return outcome;
    }

    private unsafe Outcome<ClipPixels>? Decode(ReadOnlyMemory<byte> bytes, string format, uint background, long mostWork, out DecodeCost cost)
    {
        cost = default;
        using var pin = bytes.Pin();
        using var data = SKData.Create((nint)pin.Pointer, bytes.Length);
        using var codec = SKCodec.Create(new SKMemoryStream(data), out var opened);
        if (codec is null)
        {
            // SkiaSharp calls every bad header of a PNG incomplete.
            return format == "png" ? new Rejection(Reason.CorruptHeader) : Failure(opened, Reason.CorruptHeader);
        }

        // No colour space: none is converted to. Unpremultiplied: dropping alpha leaves the colours as they were stored.
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        if (Refuse(info.Width, info.Height) is { } refused) return refused;
        var jpeg = format == "jpeg" ? JpegMarkers.Read(bytes.Span) : default;
        if (Truncation.IsSeen(format, bytes.Span, jpeg)) return new Rejection(Reason.TruncatedImage);
        cost = DecodeCost.Of(format, bytes.Span, jpeg, info.Width, info.Height);
        if (!cost.IsDivisible && cost.Bytes > _options.MaxPixels * MostBytesPerPixel)
            return new Rejection(Reason.TooManyPixels, $"{info.Width}×{info.Height}, which need {cost.Bytes / 1_000_000} MB to decode");
        if (cost.Work > mostWork) return null;

        var scaled = format == "jpeg" && _options.ScaledJpeg ? Scaled(codec, info) : info;
        using var resampler = new PillowResampler(scaled.Width, scaled.Height, side, whole);
        var failure = format == "jpeg" && codec.StartScanlineDecode(scaled) == SKCodecResult.Success
            ? DecodeStrips(codec, scaled, resampler)
            : DecodeWhole(codec, scaled, resampler, background, isGray16: format == "png" && IsGray16(bytes.Span), Parts(cost));
        return failure is null ? (Outcome<ClipPixels>)new ClipPixels(resampler.Finish(), info.Width, info.Height, format) : failure;
    }

    private int Parts(DecodeCost cost) => cost.IsDivisible ? (int)((cost.Bytes - 1) / (_options.MaxPixels * PartBytesPerPixel)) + 1 : 1;

    private Rejection? Refuse(int width, int height)
    {
        var (shorter, longer) = (Math.Min(width, height), Math.Max(width, height));
        if ((long)width * height > _options.MaxPixels) return new(Reason.TooManyPixels, $"{width}×{height}");
        if (shorter < _options.MinSide) return new(Reason.ImageTooSmall, $"{width}×{height}");
        return longer > shorter * _options.MaxAspectRatio ? new(Reason.ExtremeAspectRatio, $"{width}×{height}") : null;
    }

    // JPEG. A strip of rows stays in the cache between the decoder and the resampler, and a huge photograph needs no huge buffer.
    private static Rejection? DecodeStrips(SKCodec codec, SKImageInfo info, PillowResampler resampler)
    {
        using var strip = new PixelBuffer((info.RowBytes * StripRows) + PillowResampler.Padding);
        for (var row = 0; row < info.Height; row += StripRows)
        {
            var rows = Math.Min(StripRows, info.Height - row);
            if (codec.GetScanlines(strip.Address, rows, info.RowBytes) < rows)
            {
                return new(Reason.CorruptPixels, $"in rows {row} to {row + rows} of {info.Height}");
            }

            resampler.AddRows(strip.Span, row, rows);
        }

        return null;
    }

    // The smallest of the sizes that the inverse DCT gives for less work, at twice the model's side or more: as Pillow's reducing_gap of 2, which
    // leaves the last halving to the better filter.
    private SKImageInfo Scaled(SKCodec codec, SKImageInfo info)
    {
        foreach (var eighths in (ReadOnlySpan<int>)[1, 2, 4])
        {
            var size = codec.GetScaledDimensions(eighths / 8f);
            if (Math.Min(size.Width, size.Height) >= side * 2 && size.Width < info.Width) return info.WithSize(size.Width, size.Height);
        }

        return info;
    }

    // Every other format. The two colours that Pillow sees in another way are mended here.
    private static Rejection? DecodeWhole(SKCodec codec, SKImageInfo info, PillowResampler resampler, uint background, bool isGray16, int parts)
    {
        // WebP wants even rows.
        var rowsAtOnce = parts == 1 ? info.Height : ((info.Height / parts) + 2) & ~1;
        using var pixels = new PixelBuffer((rowsAtOnce * info.RowBytes) + PillowResampler.Padding);
        for (var row = 0; row < info.Height; row += rowsAtOnce)
        {
            var rows = Math.Min(rowsAtOnce, info.Height - row);
            var result = parts == 1 ? codec.GetPixels(info, pixels.Address) : GetPart(codec, info, row, rows, pixels.Address);
            if (result != SKCodecResult.Success) return Failure(result, Reason.CorruptPixels);
            var rgba = pixels.Span[..(rows * info.RowBytes)];
            if (background != 0) MemoryMarshal.Cast<byte, uint>(rgba).Replace(0u, background);
            if (isGray16) rgba.ReplaceAnyExcept(Zero, byte.MaxValue);
            resampler.AddRows(pixels.Span, row, rows);
        }

        return null;
    }

    // Decodes all and keeps some rows: less memory for more work. PNG does so only step by step, WebP only at once.
    private static SKCodecResult GetPart(SKCodec codec, SKImageInfo info, int row, int rows, nint address)
    {
        var options = new SKCodecOptions(new SKRectI(0, row, info.Width, row + rows));
        if (codec.EncodedFormat != SKEncodedImageFormat.Png) return codec.GetPixels(info.WithSize(info.Width, rows), address, info.RowBytes, options);
        var started = codec.StartIncrementalDecode(info, address, info.RowBytes, options);
        return started == SKCodecResult.Success ? codec.IncrementalDecode() : started;
    }

    // A PNG of 16 bits per sample, grey without alpha; IHDR has a fixed place. Pillow takes it for an image of integers and clips them at
    // 255, so CLIP sees white where the sample is above 255. SkiaSharp gives the upper byte: only samples of 1 to 255 are lost (to 0).
    private static bool IsGray16(ReadOnlySpan<byte> png) => png.Length > 25 && png[24] == 16 && png[25] == 0;

    private static Rejection Failure(SKCodecResult result, Reason otherwise) =>
        new(result == SKCodecResult.IncompleteInput ? Reason.TruncatedImage : otherwise, result.ToString());
}
