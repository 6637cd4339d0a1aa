using System.Runtime.InteropServices;
using Memorization.Images;

namespace Memorization.Objects;

/// <summary>Cuts tiles out of a picture that was resized to a square whatever its shape, each to the pixels that a model reads.</summary>
/// <remarks>Both steps are bicubic with antialiasing; a tile keeps what is in it whole, stretched to a square if its own shape is not one.</remarks>
/// <param name="side">Pixels on each side that the model reads.</param>
internal sealed class TileCutter(int side)
{
    /// <summary>The largest square that pictures are decoded to: 3 MB.</summary>
    private const int LargestCanvas = 1024;

    /// <summary>Pixels on each side of the square that a picture is decoded to, so that the smallest tile has about as many as the model reads.</summary>
    public int CanvasSide(IEnumerable<double> scales) => Math.Max(side, Math.Min(LargestCanvas, (int)Math.Ceiling(side / scales.DefaultIfEmpty(1).Min())));

    /// <summary>The tile's pixels, side×side×3, row-major RGB.</summary>
    /// <param name="canvas">The picture, canvasSide×canvasSide×3.</param>
    /// <param name="canvasSide">Pixels on each of its sides.</param>
    /// <param name="tile">The part.</param>
    public byte[] Cut(byte[] canvas, int canvasSide, Tile tile)
    {
        var (left, width) = Pixels(tile.Left, tile.Width);
        var (top, height) = Pixels(tile.Top, tile.Height);
        if (width == side && height == side && canvasSide == side) return canvas;
        using var rgba = new PixelBuffer((width * height * 4) + PillowResampler.Padding);
        var pixels = MemoryMarshal.Cast<byte, int>(rgba.Span[..(width * height * 4)]);
        for (var y = 0; y < height; y++)
        {
            var row = canvas.AsSpan((((top + y) * canvasSide) + left) * 3, width * 3);
            for (var x = 0; x < width; x++) pixels[(y * width) + x] = row[3 * x] | (row[(3 * x) + 1] << 8) | (row[(3 * x) + 2] << 16);
        }

        using var resampler = new PillowResampler(width, height, side, whole: true);
        resampler.AddRows(rgba.Span, 0, height);
        return resampler.Finish();

        (int Start, int Length) Pixels(double start, double length)
        {
            var first = Math.Clamp((int)Math.Round(start * canvasSide), 0, canvasSide - 1);
            var end = Math.Clamp((int)Math.Round((start + length) * canvasSide), first + 1, canvasSide);
            return (first, end - first);
        }
    }
}
