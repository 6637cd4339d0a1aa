using System.Globalization;
using Microsoft.ML.Tokenizers;

namespace Memorization.Captions;

/// <summary>
/// Cuts a normalised text as CLIP's regular expression does: special tokens, 's 't 're 've 'm 'll 'd, runs of letters, single numbers,
/// runs of anything else but white space. Rune by rune, where .NET's own \p{L} knows UTF-16 units only.
/// </summary>
internal sealed class ClipPreTokenizer(ClipTokenizerKind kind) : PreTokenizer
{
    private static readonly string[] Contractions = ["s", "t", "re", "ve", "m", "ll", "d"];
    private readonly bool _isOpenAI = kind == ClipTokenizerKind.OpenAI;

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => Cut(text);

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Cut(text);

    /// <summary>The pieces in order.</summary>
    public List<(int Offset, int Length)> Cut(ReadOnlySpan<char> text)
    {
        var pieces = new List<(int, int)>(24);
        for (var start = 0; start < text.Length;)
        {
            var kind = KindAt(text, start, out var length);
            if (kind != Kind.Space)
            {
                length = PieceLength(text[start..], kind, length);
                if (!_isOpenAI && length == ClipVocabulary.End.Length && StartsWith(text[start..], ClipVocabulary.End))
                    pieces.AddRange([(start, 2), (start + 2, length - 4), (start + length - 2, 2)]);
                else
                    pieces.Add((start, length));
            }

            start += length;
        }

        return pieces;
    }

    private int PieceLength(ReadOnlySpan<char> text, Kind kind, int length)
    {
        if (kind == Kind.Number) return length;
        if (kind == Kind.Other && SpecialLength(text) is > 0 and var special) return special;

        while (length < text.Length && KindAt(text, length, out var next) == kind && !IsAddedToken(text[length..])) length += next;
        return length;
    }

    // Hugging Face cuts these out before its regular expression sees the text.
    private bool IsAddedToken(ReadOnlySpan<char> text) => !_isOpenAI
        && (text[0] == ClipVocabulary.EndMark || (text[0] == '<' && StartsWith(text, ClipVocabulary.Start)));

    // A special token or a contraction; 0 if neither begins here.
    private int SpecialLength(ReadOnlySpan<char> text)
    {
        switch (text[0])
        {
            case '<' when StartsWith(text, ClipVocabulary.Start):
                return ClipVocabulary.Start.Length;
            case '<' when StartsWith(text, ClipVocabulary.End):
                return ClipVocabulary.End.Length;
            case ClipVocabulary.EndMark:
                return 1;
            case '\'':
                foreach (var letters in Contractions)
                    if (StartsWith(text[1..], letters)) return 1 + letters.Length;
                return 0;
            default:
                return 0;
        }
    }

    // OpenAI's expression ignores case, and the long s is a case of s.
    private bool StartsWith(ReadOnlySpan<char> text, string token)
    {
        if (text.Length < token.Length) return false;
        for (var i = 0; i < token.Length; i++)
            if (text[i] != token[i] && !(_isOpenAI && text[i] == 'ſ' && token[i] == 's')) return false;
        return true;
    }

    private Kind KindAt(ReadOnlySpan<char> text, int index, out int length)
    {
        length = 1;
        var c = text[index];
        if (char.IsAsciiLetter(c)) return Kind.Letter;
        // Another case of this mark is the letter iota, so OpenAI's "anything but letters" passes it over, as does its "letters".
        if (char.IsWhiteSpace(c) || (_isOpenAI && c == '\u0345')) return Kind.Space;
        return UnicodeText.CategoryAt(text, index, out length) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
