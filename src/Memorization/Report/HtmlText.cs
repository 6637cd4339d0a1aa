using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Memorization.Report;

/// <summary>Text from anywhere as text in a page: nothing in it is markup, and nothing in it turns the direction of what stands around it.</summary>
internal static class HtmlText
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Encodes a text for an element's content or a quoted attribute.</summary>
    public static string Encode(string text) => Encoder.Encode(Visible(text));

    /// <summary>
    /// The text without characters that a reader cannot see and a browser obeys: directional controls become their code point in brackets
    /// ("[U+202E]"), line ends spaces, other controls and lone surrogates U+FFFD.
    /// </summary>
    public static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsDirectional(rune.Value)) visible.Append(CultureInfo.InvariantCulture, $"[U+{rune.Value:X4}]");
            else if (rune.Value is '\t' or '\n' or '\r' or 0x2028 or 0x2029) visible.Append(' ');
            else visible.Append(Rune.IsControl(rune) ? Rune.ReplacementChar : rune);
        }

        return visible.ToString();
    }

    // Bidi_Control in the Unicode Character Database, PropList.txt.
    private static bool IsDirectional(int value) => value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
