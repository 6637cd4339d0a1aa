namespace Memorization.Images;

/// <summary>What Pillow does with the transparency of a GIF's first frame, found by walking its blocks.</summary>
/// <remarks>
/// Pillow keeps the palette's colour of a transparent pixel when it drops alpha; SkiaSharp gives transparent black. Without the flag
/// SkiaSharp gives the colour too, and only what lies outside the frame stays transparent.
/// </remarks>
/// <param name="FlagsAt">Where the byte lies whose lowest bit says that the frame has a transparent colour; 0 if it has none.</param>
/// <param name="Background">RGBA, red in the lowest byte, of what the frame does not cover: the transparent colour, or else the palette's first; 0 if there is no palette.</param>
internal readonly record struct GifFrame(int FlagsAt, uint Background)
{
    /// <summary>Walks to the first frame; whatever does not parse leaves the default, and is the decoder's to reject.</summary>
    public static GifFrame Find(ReadOnlySpan<byte> gif)
    {
        if (gif.Length < 13) return default;
        var palette = Palette(gif, 13, gif[10]);
        var at = 13 + palette.Length;
        var (flagsAt, transparent) = (0, 0);
        while (at + 10 <= gif.Length)
        {
            if (gif[at] == ',')
            {
                var local = Palette(gif, at + 10, gif[at + 9]);
                if (!local.IsEmpty) palette = local;
                if (palette.Length < (transparent * 3) + 3) return new GifFrame(flagsAt, 0);
                var color = palette[(transparent * 3)..];
                return new GifFrame(flagsAt, 0xFF000000u | ((uint)color[2] << 16) | ((uint)color[1] << 8) | color[0]);
            }

            if (gif[at] != '!') break;
            if (gif[at + 1] == 0xF9 && gif[at + 2] >= 4 && (gif[at + 3] & 1) != 0) (flagsAt, transparent) = (at + 3, gif[at + 6]);
            for (at += 2; at < gif.Length && gif[at] != 0; at += gif[at] + 1) { }
            at++;
        }

        return default;
    }

    private static ReadOnlySpan<byte> Palette(ReadOnlySpan<byte> gif, int at, byte flags) =>
        (flags & 0x80) != 0 && at + (6 << (flags & 7)) <= gif.Length ? gif.Slice(at, 6 << (flags & 7)) : default;
}
