namespace Memorization.Objects;

/// <summary>A part of a picture: left, top, width and height as shares of the picture's width and height.</summary>
/// <param name="Left">Of the left edge, 0 to 1.</param>
/// <param name="Top">Of the upper edge, 0 to 1.</param>
/// <param name="Width">Above 0, at most 1.</param>
/// <param name="Height">Above 0, at most 1.</param>
public readonly record struct Tile(double Left, double Top, double Width, double Height)
{
    /// <summary>The whole picture.</summary>
    public static Tile Whole { get; } = new(0, 0, 1, 1);

    /// <summary>The tile moved and resized about its middle, kept within the picture.</summary>
    /// <param name="right">Of its own width.</param>
    /// <param name="down">Of its own height.</param>
    /// <param name="scale">Times its size; less where the picture is smaller.</param>
    internal Tile Moved(double right, double down, double scale)
    {
        scale = Math.Min(scale, 1 / Math.Max(Width, Height));
        var (width, height) = (Width * scale, Height * scale);
        return new Tile(
            Math.Clamp(Left + right * Width + (Width - width) / 2, 0, 1 - width), Math.Clamp(Top + down * Height + (Height - height) / 2, 0, 1 - height), width, height);
    }
}
