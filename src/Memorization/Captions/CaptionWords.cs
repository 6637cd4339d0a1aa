using System.Globalization;
using System.Text;

namespace Memorization.Captions;

/// <summary>What a word of a caption is, for keywords and for statistics alike.</summary>
/// <remarks>
/// A word is a run of letters, numbers and combining marks. Anything else separates, the apostrophe, the hyphen and the underscore
/// included: "van_gogh" and "van-gogh" are two words, "d'orsay" is "d" and "orsay". A possessive s is dropped, so that "gogh's" is "gogh".
/// Characters of scripts written without spaces (Chinese, Japanese, Thai, Lao, Burmese, Khmer) are a word each.
/// </remarks>
public static class CaptionWords
{
    /// <summary>The caption's words in order, HTML unescaped, in normalization form C, without case.</summary>
    public static IReadOnlyList<string> Of(string caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        return Split(Canonical(caption), cutUnspaced: true);
    }

    /// <summary>The text in which words are looked for: HTML unescaped once, form C, case folded, apostrophes straight.</summary>
    /// <remarks>
    /// Case is folded code point by code point (ẞ is ß, not ss), and every i is one letter: İ and ı too, because neither Turkish nor other
    /// captions would be found with the keyword of the other kind.
    /// </remarks>
    internal static string Canonical(string caption)
    {
        var text = UnicodeText.Nfc(HtmlEntities.Unescape(caption));
        if (Ascii.IsValid(text)) return text.ToLowerInvariant();

        // Up and down again, so that ς and σ, or ϑ and θ, become one; .NET leaves out the three letters that a Turkish culture would change.
        // What was ı or ſ may now compose with its mark.
        return UnicodeText.Nfc(text.ToUpperInvariant().ToLowerInvariant()
            .Replace('İ', 'i').Replace('ı', 'i').Replace('ſ', 's')
            .Replace('‘', '\'').Replace('’', '\'').Replace('ʼ', '\''));
    }

    /// <summary>Cuts a canonical text into words.</summary>
    /// <param name="canonical">A text from <see cref="Canonical"/>.</param>
    /// <param name="cutUnspaced">Whether each character of a script written without spaces is a word of its own.</param>
    internal static List<string> Split(string canonical, bool cutUnspaced)
    {
        var words = new List<string>();
        for (int at = 0, end; at < canonical.Length; at = end)
        {
            end = at;
            do end += LengthAt(canonical, end);
            while (end < canonical.Length && IsWord(canonical, at) && IsWord(canonical, end)
                && !(cutUnspaced && IsBoundary(canonical, end)));

            if (IsWord(canonical, at) && !IsPossessive(canonical, at, end)) words.Add(canonical[at..end]);
        }

        return words;
    }

    /// <summary>Whether a word may begin or end between this character and the one before it.</summary>
    internal static bool IsBoundary(string canonical, int at)
    {
        if (at == 0 || at == canonical.Length) return true;
        var before = at > 1 && char.IsSurrogatePair(canonical[at - 2], canonical[at - 1]) ? at - 2 : at - 1;
        if (!IsWord(canonical, before) || !IsWord(canonical, at)) return true;
        return !IsMark(canonical, at) && (IsUnspaced(canonical[before]) || IsUnspaced(canonical[at]));
    }

    private static bool IsPossessive(string text, int at, int end) =>
        end - at == 1 && text[at] == 's' && at >= 2 && text[at - 1] == '\'' && IsWord(text, at - 2);

    // Letters, marks and numbers are the first eleven categories. The marks that make pictures of characters are none: "❤️van gogh".
    private static bool IsWord(string text, int at) => text[at] is not (>= '\uFE00' and <= '\uFE0F')
        && UnicodeText.CategoryAt(text, at, out _) is <= UnicodeCategory.OtherNumber and not UnicodeCategory.EnclosingMark;

    private static bool IsMark(string text, int at) => UnicodeText.CategoryAt(text, at, out _)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static int LengthAt(string text, int at)
    {
        UnicodeText.CategoryAt(text, at, out var length);
        return length;
    }

    // By the first UTF-16 unit; the surrogates are those of planes 2 and 3, which are all Han.
    private static bool IsUnspaced(char c) => c
        is (>= '\u0E00' and <= '\u0EFF') or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF')
        or (>= '\u2E80' and <= '\u30FF') or (>= '\u31F0' and <= '\u31FF') or (>= '\u3400' and <= '\u9FFF')
        or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF66' and <= '\uFF9F') or (>= '\uD840' and <= '\uD8BF');
}
