namespace Memorization.Analysis;

/// <summary>Counts words of some captions by number, and forgets them again without touching those it has not met. One per thread.</summary>
internal sealed class WordCounts(int words)
{
    private readonly int[] _counts = new int[words];
    private readonly List<int> _met = [];

    /// <summary>The words met, in the order of meeting.</summary>
    public IReadOnlyList<int> Met => _met;

    /// <summary>How often a word was met.</summary>
    public int this[int word] => _counts[word];

    /// <summary>Counts each word of a list.</summary>
    public void Add(ReadOnlySpan<int> words)
    {
        foreach (var word in words)
            if (_counts[word]++ == 0) _met.Add(word);
    }

    /// <summary>Begins again.</summary>
    public void Clear()
    {
        foreach (var word in _met) _counts[word] = 0;
        _met.Clear();
    }
}
