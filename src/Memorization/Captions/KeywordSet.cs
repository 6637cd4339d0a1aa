using System.Text;

namespace Memorization.Captions;

/// <summary>Words that must all stand in a caption, in any order.</summary>
internal sealed class KeywordSet
{
    private readonly string[] _words;

    /// <exception cref="ArgumentException">The text has no word.</exception>
    public KeywordSet(string text)
    {
        // The longest first: it is the rarest, and most captions fail it.
        var words = CaptionWords.Split(CaptionWords.Canonical(text), cutUnspaced: false);
        _words = [.. words.Distinct().OrderByDescending(word => word.Length)];
        if (_words.Length == 0) throw new ArgumentException($"The keyword \"{text}\" has no letter or number.", nameof(text));
        Anchor = _words.Select(LongestAsciiPart).MaxBy(part => part.Length)!;
    }

    /// <summary>The longest run of ASCII in any of the words; empty if they have none. It occurs, in small or capital letters, in every caption that has the words,
    /// unless something else brings one of its letters.</summary>
    public byte[] Anchor { get; }

    /// <summary>Whether every caption that has the words of the other set has these too.</summary>
    public bool IsPartOf(KeywordSet other) => Array.TrueForAll(_words, word => Array.IndexOf(other._words, word) >= 0);

    /// <summary>Whether every word stands in the canonical text as a whole word.</summary>
    public bool StandsIn(string canonical) => Array.TrueForAll(_words, word => HasWholeWord(canonical, word));

    /// <summary>Whether every word occurs in the canonical text, be it inside longer words.</summary>
    public bool OccursIn(string canonical) => Array.TrueForAll(_words, word => canonical.Contains(word, StringComparison.Ordinal));

    /// <summary>Where the words stand in the canonical text as whole words.</summary>
    public IEnumerable<(int Start, int End)> FindIn(string canonical) =>
        _words.SelectMany(word => WholeWords(canonical, word).Select(at => (at, at + word.Length)));

    private static bool HasWholeWord(string canonical, string word) => WholeWords(canonical, word).Any();

    private static IEnumerable<int> WholeWords(string canonical, string word)
    {
        for (var at = 0; (at = canonical.IndexOf(word, at, StringComparison.Ordinal)) >= 0; at++)
            if (CaptionWords.IsBoundary(canonical, at) && CaptionWords.IsBoundary(canonical, at + word.Length)) yield return at;
    }

    private static byte[] LongestAsciiPart(string word)
    {
        var longest = "";
        var part = "";
        foreach (var c in word)
        {
            part = char.IsAscii(c) ? part + c : "";
            if (part.Length > longest.Length) longest = part;
        }

        return Encoding.ASCII.GetBytes(longest);
    }
}
