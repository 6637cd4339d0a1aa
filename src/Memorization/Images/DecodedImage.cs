using Memorization.Fetch;

namespace Memorization.Images;

/// <summary>The pixels that CLIP sees.</summary>
/// <param name="Rgb">Side×side×3 uint8, row-major, RGB, as Pillow and torchvision make them; the side is the model's.</param>
/// <param name="Width">Width of the whole image in pixels, before resizing.</param>
/// <param name="Height">Height of the whole image in pixels, before resizing.</param>
/// <param name="Format">"jpeg", "png", "webp", "gif", "bmp" or "ico".</param>
public sealed record ClipPixels(byte[] Rgb, int Width, int Height, string Format)
{
    /// <summary>Pixels on each side that nearly every CLIP reads.</summary>
    public const int Side = 224;

    /// <summary>The fewest pixels on each side that this program makes.</summary>
    public const int LeastSide = 16;
}

/// <summary>A row with its image decoded to the pixels that CLIP sees.</summary>
/// <param name="Fetched">The row and the bytes.</param>
/// <param name="Pixels">The pixels.</param>
public sealed record DecodedImage(FetchedImage Fetched, ClipPixels Pixels)
{
    /// <summary>The pixels as a small JPEG; null where none is wanted.</summary>
    public byte[]? Thumbnail { get; init; }
}
