using System.Buffers;
using System.Globalization;
using System.Text;

namespace Memorization.Captions;

/// <summary>Unicode operations that take any .NET string: lone surrogates, noncharacters and all.</summary>
internal static class UnicodeText
{
    // ICU's ordering of combining marks is quadratic: 2.7 s for a run of 60,000.
    private const int MaxPiece = 2048;

    // .NET's Normalize throws on this noncharacter alone.
    private const char Refused = '\uFFFE';

    /// <summary>Throws if the process runs without ICU: .NET then skips normalisation without a word.</summary>
    public static void RequireNormalization()
    {
        if ("e\u0301".Normalize(NormalizationForm.FormC).Length != 1)
            throw new InvalidOperationException("Unicode normalisation does nothing here: install ICU, leave InvariantGlobalization off.");
    }

    /// <summary>Normalization form C; a lone surrogate becomes U+FFFD, as it does in UTF-8.</summary>
    /// <remarks>A run of more than 2,048 combining marks, which no writing has, is normalised in pieces, so that the work stays linear.</remarks>
    public static string Nfc(string text)
    {
        if (Ascii.IsValid(text)) return text;
        var valid = ReplaceLoneSurrogates(text);
        if (valid.Length <= MaxPiece) return NormalizePiece(valid);

        var output = new StringBuilder(valid.Length);
        for (int start = 0, end; start < valid.Length; start = end)
        {
            end = PieceEnd(valid, start);
            output.Append(NormalizePiece(valid[start..end]));
        }

        return output.ToString();
    }

    /// <summary>Category of the code point at <paramref name="index"/>, and its length in UTF-16 units.</summary>
    public static UnicodeCategory CategoryAt(ReadOnlySpan<char> text, int index, out int length)
    {
        length = 1;
        if (!char.IsHighSurrogate(text[index]) || Rune.DecodeFromUtf16(text[index..], out var rune, out var both) != OperationStatus.Done)
            return CharUnicodeInfo.GetUnicodeCategory(text[index]);
        length = both;
        return Rune.GetUnicodeCategory(rune);
    }

    private static string ReplaceLoneSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return text;
        var output = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) output.Append(rune);
        return output.ToString();
    }

    // The noncharacter composes with nothing, so the parts around it can be normalised apart.
    private static string NormalizePiece(string text) => text.Contains(Refused, StringComparison.Ordinal)
        ? string.Join(Refused, text.Split(Refused).Select(part => part.Normalize(NormalizationForm.FormC)))
        : text.Normalize(NormalizationForm.FormC);

    private static int PieceEnd(string text, int start)
    {
        var end = start + MaxPiece;
        if (end >= text.Length) return text.Length;
        var cut = end;
        while (cut > start && MayCompose(text, cut)) cut--;
        if (cut > start) return cut;
        return char.IsLowSurrogate(text[end]) ? end - 1 : end;
    }

    // Whether the character may join one before it: combining marks, and the vowels and finals of Hangul.
    private static bool MayCompose(string text, int at) => char.IsLowSurrogate(text[at]) || text[at] is >= '\u1160' and <= '\u11FF'
        || CategoryAt(text, at, out _)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
