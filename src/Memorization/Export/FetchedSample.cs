using Memorization.Fetch;
using Memorization.Images;
using SkiaSharp;

namespace Memorization.Export;

/// <summary>An image as received and what its header says; no pixel is decoded.</summary>
/// <param name="Image">The image.</param>
/// <param name="Format">What its first bytes tell: "jpeg", "png" …</param>
/// <param name="Width">Pixels; null if no decoder reads the header.</param>
/// <param name="Height">Pixels; null if no decoder reads the header.</param>
public sealed record FetchedSample(FetchedImage Image, string Format, int? Width, int? Height)
{
    /// <summary>Reads the header.</summary>
    public static unsafe FetchedSample Of(FetchedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var pin = image.Bytes.Pin();
        using var data = SKData.Create((nint)pin.Pointer, image.Bytes.Length);
        using var codec = SKCodec.Create(new SKMemoryStream(data));
        return new FetchedSample(image, ImageFormat.Sniff(image.Bytes.Span), codec?.Info.Width, codec?.Info.Height);
    }
}
