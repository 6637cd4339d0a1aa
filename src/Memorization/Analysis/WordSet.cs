namespace Memorization.Analysis;

/// <summary>One to three words by number, ascending; −1 stands for a word fewer.</summary>
internal readonly record struct WordSet(int First, int Second = -1, int Third = -1)
{
    /// <summary>How many words.</summary>
    public int Count => Third >= 0 ? 3 : Second >= 0 ? 2 : 1;

    /// <summary>The words.</summary>
    public int[] Words => Count switch { 1 => [First], 2 => [First, Second], _ => [First, Second, Third] };

    /// <summary>Every set with one word or more and fewer than this.</summary>
    public WordSet[] ProperSubsets => Count switch
    {
        1 => [],
        2 => [new(First), new(Second)],
        _ => [new(First), new(Second), new(Third), new(First, Second), new(First, Third), new(Second, Third)],
    };

    /// <summary>Calls back with every set of some size among words, ascending, and among those alone that may be.</summary>
    /// <param name="words">The words, ascending.</param>
    /// <param name="size">1, 2 or 3.</param>
    /// <param name="pairs">Pairs without which there is no set of three.</param>
    /// <param name="found">Takes each set.</param>
    public static void ForEach(ReadOnlySpan<int> words, int size, IReadOnlySet<WordSet>? pairs, Action<WordSet> found)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (size == 1) found(new WordSet(words[i]));
            for (var j = i + 1; j < words.Length && size > 1; j++)
            {
                var pair = new WordSet(words[i], words[j]);
                if (size == 2) found(pair);
                if (size < 3 || pairs?.Contains(pair) == false) continue;
                for (var k = j + 1; k < words.Length; k++)
                {
                    if (pairs is null || (pairs.Contains(new WordSet(words[i], words[k])) && pairs.Contains(new WordSet(words[j], words[k]))))
                        found(new WordSet(words[i], words[j], words[k]));
                }
            }
        }
    }
}
