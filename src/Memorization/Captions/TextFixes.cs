using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Memorization.Captions;

/// <summary>The character fixes of ftfy 6, which OpenAI's CLIP applies to every caption; its repair of mojibake is left out.</summary>
internal static class TextFixes
{
    // Every pass undoes one level of escaping; real captions have at most three, and a hostile one must not make the work quadratic.
    private const int MaxPasses = 16;

    private static readonly FrozenDictionary<char, string> Replacements = BuildReplacements();

    /// <summary>The text as <c>ftfy.fix_text</c> returns it; line by line, and no longer HTML once a line has had a "&lt;".</summary>
    public static string Fix(string text)
    {
        if (!NeedsWork(text)) return text;

        var output = new StringBuilder(text.Length);
        var unescape = true;
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = text.IndexOf('\n', start) + 1;
            if (end == 0) end = text.Length;
            var line = text[start..end];
            unescape &= !line.Contains('<', StringComparison.Ordinal);
            output.Append(FixLine(line, unescape));
        }

        return output.ToString();
    }

    private static bool NeedsWork(string text) =>
        text.AsSpan().ContainsAnyExceptInRange(' ', '~') || text.Contains('&', StringComparison.Ordinal);

    private static string FixLine(string line, bool unescape)
    {
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            var before = line;
            if (unescape) line = HtmlEntities.UnescapeStrict(line);
            if (NeedsWork(line)) line = UnicodeText.Nfc(RemoveControls(ReplaceCharacters(line)));
            if (line == before) break;
        }

        return line;
    }

    private static string ReplaceCharacters(string text)
    {
        StringBuilder? output = null;
        var copied = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is > ' ' and <= '~' || !Replacements.TryGetValue(text[at], out var replacement)) continue;
            (output ??= new StringBuilder(text.Length)).Append(text, copied, at - copied);
            // Of "\r\n" the line feed alone is left.
            if (!(text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n')) output.Append(replacement);
            copied = at + 1;
        }

        return output is null ? text : output.Append(text, copied, text.Length - copied).ToString();
    }

    // Terminal escapes (ESC [ digits and semicolons, a letter), and the control characters that are not white space.
    private static string RemoveControls(string text)
    {
        StringBuilder? output = null;
        var copied = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (!IsControl(text[at])) continue;
            (output ??= new StringBuilder(text.Length)).Append(text, copied, at - copied);
            at += EscapeLength(text.AsSpan(at)) - 1;
            copied = at + 1;
        }

        return output is null ? text : output.Append(text, copied, text.Length - copied).ToString();
    }

    private static int EscapeLength(ReadOnlySpan<char> text)
    {
        if (text is not ['\u001B', '[', ..]) return 1;
        var end = 2;
        while (end < text.Length && (text[end] == ';' || char.IsDigit(text[end]))) end++;
        return end < text.Length && char.IsAsciiLetter(text[end]) ? end + 1 : 1;
    }

    private static bool IsControl(char c) => c
        is < '\t' or '\v' or (>= '\u000E' and < ' ') or '\u007F'
        or (>= '\u206A' and <= '\u206F') or '\uFEFF' or (>= '\uFFF9' and <= '\uFFFC');

    private static FrozenDictionary<char, string> BuildReplacements()
    {
        var map = new Dictionary<char, string>
        {
            ['\r'] = "\n",
            ['\u2028'] = "\n",
            ['\u2029'] = "\n",
            ['\u3000'] = " ",
            ['Ĳ'] = "IJ",
            ['ĳ'] = "ij",
            ['ŉ'] = "'n",
            ['Ǆ'] = "DŽ",
            ['ǅ'] = "Dž",
            ['ǆ'] = "dž",
            ['Ǉ'] = "LJ",
            ['ǈ'] = "Lj",
            ['ǉ'] = "lj",
            ['Ǌ'] = "NJ",
            ['ǋ'] = "Nj",
            ['ǌ'] = "nj",
            ['Ǳ'] = "DZ",
            ['ǲ'] = "Dz",
            ['ǳ'] = "dz",
            ['ﬀ'] = "ff",
            ['ﬁ'] = "fi",
            ['ﬂ'] = "fl",
            ['ﬃ'] = "ffi",
            ['ﬄ'] = "ffl",
            ['ﬅ'] = "ſt",
            ['ﬆ'] = "st",
        };
        foreach (var quote in "ʼ‘’‚‛") map[quote] = "'";
        foreach (var quote in "“”„‟") map[quote] = "\"";
        for (var control = '\u0080'; control <= '\u009F'; control++)
        {
            var meant = Windows1252.Character(control);
            if (meant != control) map[control] = map.GetValueOrDefault(meant) ?? meant.ToString(CultureInfo.InvariantCulture);
        }

        // Half and full width forms.
        for (var c = '\uFF01'; c < '\uFFF0'; c++)
        {
            var plain = c.ToString(CultureInfo.InvariantCulture).Normalize(NormalizationForm.FormKC);
            if (plain[0] != c) map[c] = plain;
        }

        return map.ToFrozenDictionary();
    }
}
