using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Memorization.Captions;

/// <summary>A piece of a caption.</summary>
/// <param name="Text">The piece.</param>
/// <param name="IsKeyword">Whether it is a word of a set that the caption matches.</param>
public readonly record struct CaptionPart(string Text, bool IsKeyword);

/// <summary>Finds the captions a study is about: those in which every word of one of its keyword sets stands.</summary>
/// <remarks>
/// What a word is, <see cref="CaptionWords"/> says; case, HTML escapes and composed or decomposed accents make no difference.
/// Immutable, thread-safe.
/// </remarks>
public sealed class KeywordMatcher
{
    private const int MaxLoweredBytes = 1024;

    // The first bytes of all that can bring a letter or digit of ASCII into the canonical caption; BringsLetters looks at the second.
    private static readonly SearchValues<byte> Suspects = SearchValues.Create([(byte)'&', 0xC4, 0xC5, 0xE2]);

    private readonly KeywordSet[] _sets;

    /// <param name="keywords">Word sets, one a string ("van gogh"), of which a caption must match one. None: every caption matches.</param>
    /// <exception cref="ArgumentException">A set has no word.</exception>
    /// <exception cref="InvalidOperationException">The process runs without ICU.</exception>
    public KeywordMatcher(IReadOnlyList<string> keywords)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        UnicodeText.RequireNormalization();
        _sets = [.. keywords.Select(set => new KeywordSet(set))];
    }

    /// <summary>Whether every word of one set stands in the caption as a whole word, in any order.</summary>
    public bool Matches(string caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        if (_sets.Length == 0) return true;
        var canonical = CaptionWords.Canonical(caption);
        return Array.Exists(_sets, set => set.StandsIn(canonical));
    }

    /// <summary>The caption, HTML unescaped, cut where the words of the sets it matches begin and end.</summary>
    /// <returns>The parts in order; those that are keywords are marked.</returns>
    public IReadOnlyList<CaptionPart> Mark(string caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        var canonical = CaptionWords.Canonical(caption);
        var shown = UnicodeText.Nfc(HtmlEntities.Unescape(caption));

        // Case changes letter by letter; only an ı or ſ before a combining mark can change the length.
        if (shown.Length != canonical.Length) shown = canonical;
        var parts = new List<CaptionPart>();
        var done = 0;
        foreach (var (start, end) in _sets.Where(set => set.StandsIn(canonical)).SelectMany(set => set.FindIn(canonical)).Order())
        {
            if (start > done) parts.Add(new CaptionPart(shown[done..start], IsKeyword: false));
            if (end > done) parts.Add(new CaptionPart(shown[Math.Max(start, done)..end], IsKeyword: true));
            done = Math.Max(done, end);
        }

        if (done < shown.Length) parts.Add(new CaptionPart(shown[done..], IsKeyword: false));
        return parts;
    }

    /// <summary>Whether every word of one set occurs in the caption, be it inside longer words: true wherever <see cref="Matches"/> is.</summary>
    /// <remarks>
    /// For the scan: a caption of up to 1 KB that does not match allocates nothing, unless it has character references by number, İ, ı,
    /// ſ or a Kelvin sign, or the keywords have no letters of ASCII and it has others.
    /// </remarks>
    /// <param name="utf8Caption">The caption as it lies in the file; invalid UTF-8 counts as U+FFFD.</param>
    [SkipLocalsInit]
    public bool MayMatch(ReadOnlySpan<byte> utf8Caption)
    {
        if (_sets.Length == 0) return true;
        if (utf8Caption.Length <= MaxLoweredBytes && !BringsLetters(utf8Caption))
        {
            Span<byte> lowered = stackalloc byte[utf8Caption.Length];
            Lower(utf8Caption, lowered);
            if (!AnyMayOccurIn(lowered)) return false;
        }

        return AnyOccursIn(CaptionWords.Canonical(Encoding.UTF8.GetString(utf8Caption)));
    }

    // Apart from MayMatch, which would otherwise make the closure for every caption.
    private bool AnyOccursIn(string canonical) => Array.Exists(_sets, set => set.OccursIn(canonical));

    private bool AnyMayOccurIn(ReadOnlySpan<byte> lowered)
    {
        foreach (var set in _sets)
            if (set.MayOccurIn(lowered)) return true;
        return false;
    }

    // False only if each letter and digit of ASCII in the canonical caption is one of these bytes: no character reference by number, none of
    // the names &fjlig; &imath; &inodot; &Idot;, no İ, ı, ſ or Kelvin sign. What takes letters away (a combining mark) is found out later.
    private static bool BringsLetters(ReadOnlySpan<byte> utf8)
    {
        for (int at; (at = utf8.IndexOfAny(Suspects)) >= 0 && at + 1 < utf8.Length; utf8 = utf8[(at + 1)..])
        {
            var next = utf8[at + 1];
            var brings = utf8[at] switch
            {
                (byte)'&' => next is (byte)'#' or (byte)'f' or (byte)'i' or (byte)'I',
                0xC4 => next is 0xB0 or 0xB1,
                0xC5 => next == 0xBF,
                _ => next == 0x84 && at + 2 < utf8.Length && utf8[at + 2] == 0xAA,
            };
            if (brings) return true;
        }

        return false;
    }

    // The bit that makes ASCII capitals small; what it makes of other bytes is never a letter, and a false digit is found out later.
    private static void Lower(ReadOnlySpan<byte> utf8, Span<byte> lowered)
    {
        var small = new Vector<byte>(0x20);
        if (utf8.Length < Vector<byte>.Count)
        {
            for (var i = 0; i < utf8.Length; i++) lowered[i] = (byte)(utf8[i] | 0x20);
            return;
        }

        for (var i = 0; i <= utf8.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(utf8[i..]) | small).CopyTo(lowered[i..]);
        var last = utf8.Length - Vector<byte>.Count;
        (new Vector<byte>(utf8[last..]) | small).CopyTo(lowered[last..]);
    }
}
