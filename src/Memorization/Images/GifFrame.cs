namespace Memorization.Images;

/// <summary>What Pillow does with the transparency of a GIF's first frame, found by walking its blocks.</summary>
/// <remarks>
/// Pillow keeps the palette's colour of a transparent pixel when it drops alpha; SkiaSharp gives transparent black. Without the flag
/// SkiaSharp gives the colour too, and only what lies outside the frame stays transparent.
/// </remarks>
internal readonly ref struct GifFrame
{
    private GifFrame(int flagsAt, ReadOnlySpan<byte> background)
    {
        FlagsAt = flagsAt;
        Background = background;
    }

    /// <summary>Where the byte lies whose lowest bit says that the frame has a transparent colour; 0 if there is none.</summary>
    public int FlagsAt { get; }

    /// <summary>RGB of what the frame does not cover: the transparent colour, or else the palette's first; empty if there is no palette.</summary>
    public ReadOnlySpan<byte> Background { get; }

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
                return new GifFrame(flagsAt, palette.Length >= (transparent * 3) + 3 ? palette.Slice(transparent * 3, 3) : default);
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
