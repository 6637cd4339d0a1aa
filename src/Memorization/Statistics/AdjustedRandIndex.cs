namespace Memorization.Statistics;

/// <summary>How far two partitions of the same items agree beyond chance (Hubert and Arabie 1985): 1 if they are equal, about 0 if they are unrelated.</summary>
internal static class AdjustedRandIndex
{
    /// <summary>The index of two partitions.</summary>
    /// <param name="first">Each item's part, by number.</param>
    /// <param name="second">The same in the other partition.</param>
    /// <param name="weights">How many items each entry stands for.</param>
    /// <returns>1 as well if both partitions are one part, or both single items.</returns>
    public static double Of(ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<long> weights)
    {
        if (first.Length != second.Length || first.Length != weights.Length) throw new ArgumentException($"{first.Length}, {second.Length} and {weights.Length} items");
        Dictionary<(int, int), long> both = [];
        Dictionary<int, long> one = [], other = [];
        long items = 0;
        for (var i = 0; i < first.Length; i++)
        {
            Add(both, (first[i], second[i]), weights[i]);
            Add(one, first[i], weights[i]);
            Add(other, second[i], weights[i]);
            items += weights[i];
        }

        var (together, inFirst, inSecond) = (Pairs(both.Values), Pairs(one.Values), Pairs(other.Values));
        var expected = inFirst * inSecond / Pairs([items]);
        var largest = (inFirst + inSecond) / 2;
        return largest == expected || items < 2 ? 1 : (together - expected) / (largest - expected);
    }

    private static void Add<TKey>(Dictionary<TKey, long> counts, TKey key, long weight)
        where TKey : notnull => counts[key] = counts.GetValueOrDefault(key) + weight;

    private static double Pairs(IEnumerable<long> counts) => counts.Sum(count => count * (count - 1.0) / 2);
}
