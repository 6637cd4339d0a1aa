using System.ComponentModel.DataAnnotations;

namespace Memorization.Images;

/// <summary>What an image may be before its pixels are decoded, checked on the header alone, and how it is decoded.</summary>
public sealed record DecodeOptions
{
    /// <summary>The most pixels an image may announce, width times height; default 100,000,000. An image may need 4 bytes of memory for each pixel allowed here while it decodes (400 MB); a GIF needs 5 for each of its own, a progressive JPEG 3 to 8.</summary>
    [Range(1L, 250_000_000L)]
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>The least width and height in pixels; default 8: a 1×1 pixel is what a dead host's page counter answers, not a picture.</summary>
    [Range(1, 65_536)]
    public int MinSide { get; init; } = 8;

    /// <summary>How many times the longer side may be the shorter one; default 100, where CLIP's square sees a hundredth of the image.</summary>
    [Range(1.0, 1_000_000.0)]
    public double MaxAspectRatio { get; init; } = 100;

    /// <summary>Seconds that an image may take whose header says that it may take long; default 20. Such images are decoded in a process of their own, which is killed then.</summary>
    [Range(0.001, 86_400.0)]
    public double TimeLimitSeconds { get; init; } = 20;

    /// <summary>Decodes a JPEG at 1/2, 1/4 or 1/8 of its size where its shorter side stays at least twice the model's; default false. Faster on large photographs, and no longer Pillow's pixels.</summary>
    public bool ScaledJpeg { get; init; }
}
