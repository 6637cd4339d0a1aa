using System.Globalization;
using System.Text;

namespace Memorization.Captions;

/// <summary>Lower case as Rust and Python have it, beside .NET's, which leaves İ alone and knows no final sigma.</summary>
internal static class LowerCase
{
    /// <summary>Every code point by itself: İ becomes i and a combining dot, Σ always σ.</summary>
    public static string OfRunes(string text)
    {
        var lower = text.ToLowerInvariant();
        return lower.Contains('İ', StringComparison.Ordinal) ? lower.Replace("İ", "i\u0307", StringComparison.Ordinal) : lower;
    }

    /// <summary>As <see cref="OfRunes"/>, but Σ at the end of a word becomes ς.</summary>
    public static string OfText(string text)
    {
        var lower = OfRunes(text);
        if (!text.Contains('Σ', StringComparison.Ordinal)) return lower;

        // İ lengthens the text, so the sigmas are counted along, not indexed.
        var output = new StringBuilder(lower);
        var inLower = 0;
        for (var at = 0; at < text.Length; at++, inLower++)
        {
            if (text[at] == 'İ') inLower++;
            if (text[at] == 'Σ' && IsFinal(text, at)) output[inLower] = 'ς';
        }

        return output.ToString();
    }

    // Unicode 3.13, Final_Sigma: a cased letter before, none after, case-ignorable characters skipped.
    private static bool IsFinal(string text, int at)
    {
        var before = at - 1;
        while (before >= 0 && IsIgnorable(text, before)) before--;
        if (before < 0 || !IsCased(text, before)) return false;

        var after = at + 1;
        while (after < text.Length && IsIgnorable(text, after)) after++;
        return after == text.Length || !IsCased(text, after);
    }

    private static bool IsIgnorable(string text, int at) => text[at] is '\'' or '.' or ':' or '^' or '`' or '·' or '‘' or '’' or '․' or '‧'
        or '\u0387' or '\u055F' or '\u05F4' or '\uFE13' or '\uFE52' or '\uFE55' or '\uFF07' or '\uFF0E' or '\uFF1A'
        || Category(text, at) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static bool IsCased(string text, int at) => text[at] is 'ª' or 'º' or (>= 'Ⅰ' and <= 'ⅿ') or (>= 'Ⓐ' and <= 'ⓩ')
        || Category(text, at) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    // Either half of a surrogate pair has the category of the whole.
    private static UnicodeCategory Category(string text, int at) =>
        CharUnicodeInfo.GetUnicodeCategory(text, at > 0 && char.IsSurrogatePair(text[at - 1], text[at]) ? at - 1 : at);
}
