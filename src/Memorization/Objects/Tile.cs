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
}
