namespace Memorization.Analysis;

/// <summary>The distinct words of many captions, by number: one array for all of them. Grows at its end; reading is thread-safe while nobody adds.</summary>
internal sealed class WordSets
{
    private readonly List<int> _words = [];
    private readonly List<int> _ends = [];

    /// <summary>Captions held.</summary>
    public int Count => _ends.Count;

    /// <summary>Words in all of them together.</summary>
    public int Total => _words.Count;

    /// <summary>A caption's words, ascending.</summary>
    public ReadOnlySpan<int> this[int at] => Between(at, at + 1);

    /// <summary>The words of several captions, one caption's after the other's.</summary>
    public ReadOnlySpan<int> Between(int from, int to)
    {
        var start = from == 0 ? 0 : _ends[from - 1];
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_words)[start..(to == from ? start : _ends[to - 1])];
    }

    /// <summary>Adds a caption; <paramref name="words"/> are sorted in place and need not differ.</summary>
    public void Add(Span<int> words)
    {
        words.Sort();
        for (var i = 0; i < words.Length; i++)
            if (i == 0 || words[i] != words[i - 1]) _words.Add(words[i]);
        _ends.Add(_words.Count);
    }

    /// <summary>In how many captions each of <paramref name="count"/> words stands.</summary>
    public int[] Frequencies(int count)
    {
        var frequencies = new int[count];
        foreach (var word in Between(0, Count)) frequencies[word]++;
        return frequencies;
    }
}
