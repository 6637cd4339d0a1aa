using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Memorization.Captions;

/// <summary>Undoes HTML escaping: <c>&amp;quot;</c>, <c>&amp;#39;</c>, <c>&amp;#x27;</c>, the names with and without their semicolon.</summary>
/// <remarks>
/// The HTML standard's rules for text, which are those of Python's <c>html.unescape</c> that CLIP's own tokenizer calls.
/// <see cref="System.Net.WebUtility"/> knows an eighth of the names and wants the semicolon.
/// </remarks>
internal static class HtmlEntities
{
    private const int LongestName = 31;

    private static readonly FrozenDictionary<string, string> Names = CompressedLines.Read("html-entities.txt.gz")
        .Select(line => line.Split(' '))
        .ToFrozenDictionary(
            fields => fields[0],
            fields => string.Concat(fields[1..].Select(hex => char.ConvertFromUtf32(Convert.ToInt32(hex, 16)))),
            StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        Names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The text with its character references undone once; the same string if it has none.</summary>
    public static string Unescape(string text) => Replace(text, strict: false);

    /// <summary>As ftfy does it: only references that end in a semicolon, and names wholly in capitals too (<c>&amp;NTILDE;</c>).</summary>
    public static string UnescapeStrict(string text) => Replace(text, strict: true);

    private static string Replace(string text, bool strict)
    {
        StringBuilder? output = null;
        var copied = 0;
        for (var at = text.IndexOf('&', StringComparison.Ordinal); at >= 0; at = text.IndexOf('&', at))
        {
            var reference = text.AsSpan(at + 1);
            var length = strict ? MatchStrict(reference, out var decoded) : Match(reference, out decoded);
            if (length > 0)
            {
                (output ??= new StringBuilder(text.Length)).Append(text, copied, at - copied).Append(decoded);
                copied = at + 1 + length;
            }

            at += 1 + length;
            if (at >= text.Length) break;
        }

        return output is null ? text : output.Append(text, copied, text.Length - copied).ToString();
    }

    // The length of the reference after its ampersand, 0 if there is none.
    private static int Match(ReadOnlySpan<char> text, out string decoded)
    {
        decoded = "";
        if (text is ['#', ..]) return MatchNumber(text, out decoded);

        var run = NameLength(text, LongestName);
        if (run < text.Length && text[run] == ';' && Lookup.TryGetValue(text[..(run + 1)], out decoded!)) return run + 1;
        for (var length = run; length >= 2; length--)
            if (Lookup.TryGetValue(text[..length], out decoded!)) return length;
        return 0;
    }

    private static int MatchStrict(ReadOnlySpan<char> text, out string decoded)
    {
        const int longestStrict = 24;
        decoded = "";
        if (text is ['#', ..])
        {
            var number = MatchNumber(text, out decoded);
            // A semicolon spelled as a number stays as it is: ftfy takes it for a reference that was only partly undone.
            return number is > 0 and <= longestStrict + 2 && text[number - 1] == ';' && decoded != ";" ? number : 0;
        }

        var run = NameLength(text, longestStrict);
        if (run == 0 || run == text.Length || text[run] != ';') return 0;
        var name = text[..(run + 1)];
        return Lookup.TryGetValue(name, out decoded!) || MatchCapitals(name, out decoded) ? name.Length : 0;
    }

    // "&EACUTE;" is É if no reference of HTML begins so ("&GT;" and "&AMPERSAND" do), and the small name is one.
    private static bool MatchCapitals(ReadOnlySpan<char> name, out string decoded)
    {
        var small = name.ToString().ToLowerInvariant();
        decoded = "";
        if (!name.SequenceEqual(small.ToUpperInvariant()) || Match(name, out _) > 0) return false;
        if (!Names.TryGetValue(small, out var character)) return false;
        // The two whose capital .NET leaves out.
        decoded = character is "ß" ? "SS" : character is "ı" ? "I" : character.ToUpperInvariant();
        return true;
    }

    private static int NameLength(ReadOnlySpan<char> text, int atMost)
    {
        var length = 0;
        while (length < text.Length && length < atMost && char.IsAsciiLetterOrDigit(text[length])) length++;
        return length;
    }

    private static int MatchNumber(ReadOnlySpan<char> text, out string decoded)
    {
        decoded = "";
        var isHex = text.Length > 1 && text[1] is 'x' or 'X';
        var first = isHex ? 2 : 1;
        var end = first;
        var value = 0;
        for (; end < text.Length && (isHex ? char.IsAsciiHexDigit(text[end]) : char.IsAsciiDigit(text[end])); end++)
            value = Math.Min((value * (isHex ? 16 : 10)) + Convert.ToInt32(text[end].ToString(), 16), 0x110000);
        if (end == first) return 0;

        decoded = Character(value);
        return end < text.Length && text[end] == ';' ? end + 1 : end;
    }

    private static string Character(int value) => value switch
    {
        0 or (>= 0xD800 and <= 0xDFFF) or > 0x10FFFF => "\uFFFD",
        >= 0x80 and <= 0x9F => Windows1252.Character((char)value).ToString(),
        '\t' or '\n' or '\f' or '\r' => ((char)value).ToString(CultureInfo.InvariantCulture),
        < 0x20 or 0x7F or (>= 0xFDD0 and <= 0xFDEF) => "",
        _ when (value & 0xFFFE) == 0xFFFE => "",
        _ => char.ConvertFromUtf32(value),
    };
}
