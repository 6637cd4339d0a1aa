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
    private readonly KeywordSet[] _sets;
    private readonly CandidateSearch _candidates;

    /// <param name="keywords">Word sets, one a string ("van gogh"), of which a caption must match one. None: every caption matches.</param>
    /// <exception cref="ArgumentException">A set has no word.</exception>
    /// <exception cref="InvalidOperationException">The process runs without ICU.</exception>
    public KeywordMatcher(IReadOnlyList<string> keywords)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        UnicodeText.RequireNormalization();
        _sets = [.. keywords.Select(set => new KeywordSet(set))];
        _candidates = new CandidateSearch([.. _sets.Select(set => set.Anchor)]);
    }

    /// <summary>Whether every word of one set stands in the caption as a whole word, in any order.</summary>
    public bool Matches(string caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        if (_sets.Length == 0) return true;
        var canonical = CaptionWords.Canonical(caption);
        return Array.Exists(_sets, set => set.StandsIn(canonical));
    }

    /// <summary>Whether every caption that <paramref name="narrower"/> matches, or may match, is one that this matches, or may match.</summary>
    public bool Covers(KeywordMatcher narrower)
    {
        ArgumentNullException.ThrowIfNull(narrower);
        return _sets.Length == 0 || (narrower._sets.Length > 0 && Array.TrueForAll(narrower._sets, set => Array.Exists(_sets, own => own.IsPartOf(set))));
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
    /// <remarks>For the scan: a caption without a candidate allocates nothing.</remarks>
    /// <param name="utf8Caption">The caption as it lies in the file; invalid UTF-8 counts as U+FFFD.</param>
    public bool MayMatch(ReadOnlySpan<byte> utf8Caption) =>
        _sets.Length == 0 || (_candidates.IndexIn(utf8Caption) >= 0 && AnyOccursIn(CaptionWords.Canonical(Encoding.UTF8.GetString(utf8Caption))));

    /// <summary>The first place in UTF-8, be it a page of many captions, where one that <see cref="MayMatch"/> lets through may have its keyword; −1 if there is none.</summary>
    /// <remarks>Every such caption has a candidate inside it; a candidate need not be in one.</remarks>
    public int IndexOfCandidate(ReadOnlySpan<byte> utf8) => _candidates.IndexIn(utf8);

    // Apart from MayMatch, which would otherwise make the closure for every caption.
    private bool AnyOccursIn(string canonical) => Array.Exists(_sets, set => set.OccursIn(canonical));
}
