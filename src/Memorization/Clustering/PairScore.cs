namespace Memorization.Clustering;

/// <summary>How well recovered families agree with planted ones, over all pairs of rows.</summary>
/// <param name="Common">Pairs together in both.</param>
/// <param name="Recovered">Pairs together in the recovered families.</param>
/// <param name="Planted">Pairs together in the planted families.</param>
public readonly record struct PairScore(long Common, long Recovered, long Planted)
{
    /// <summary>Share of the recovered pairs that are planted; 1 if none was recovered.</summary>
    public double Precision => Recovered == 0 ? 1 : (double)Common / Recovered;

    /// <summary>Share of the planted pairs that were recovered; 1 if none was planted.</summary>
    public double Recall => Planted == 0 ? 1 : (double)Common / Planted;

    /// <summary>Compares two labels per row; null is in no family. Counts labels, never pairs: linear in the rows.</summary>
    /// <exception cref="ArgumentException">Not the same number of rows.</exception>
    public static PairScore Compare(IReadOnlyList<string?> recovered, IReadOnlyList<string?> planted)
    {
        ArgumentNullException.ThrowIfNull(recovered);
        ArgumentNullException.ThrowIfNull(planted);
        if (recovered.Count != planted.Count)
            throw new ArgumentException($"{recovered.Count} recovered labels for {planted.Count} planted ones.", nameof(recovered));
        return new PairScore(
            Pairs(recovered.Zip(planted).Where(row => row is { First: not null, Second: not null })),
            Pairs(recovered.OfType<string>()),
            Pairs(planted.OfType<string>()));

        static long Pairs<TLabel>(IEnumerable<TLabel> labels)
            where TLabel : notnull => labels.CountBy(label => label).Sum(group => (long)group.Value * (group.Value - 1) / 2);
    }
}
