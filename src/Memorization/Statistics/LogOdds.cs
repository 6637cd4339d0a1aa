namespace Memorization.Statistics;

/// <summary>Weighted log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, equations 15 to 19 and 22).</summary>
/// <remarks>The prior is the word's frequency in all rows, scaled to <see cref="PriorWeight"/> words, so that a rare word needs evidence.</remarks>
internal static class LogOdds
{
    /// <summary>Size of the prior in words: about a hundred captions' worth.</summary>
    public const double PriorWeight = 1000;

    /// <summary>How much likelier a word is inside than outside.</summary>
    /// <param name="inside">Occurrences inside, and all words there.</param>
    /// <param name="outside">Occurrences outside, and all words there.</param>
    /// <returns>The log-odds ratio, and the same divided by its standard deviation; 0 for a word beside which there is no other.</returns>
    public static (double LogOdds, double Z) Of((long Word, long All) inside, (long Word, long All) outside)
    {
        if (inside.Word + outside.Word == inside.All + outside.All) return (0, 0); // its odds are infinite on both sides
        var prior = PriorWeight * (inside.Word + outside.Word) / (inside.All + outside.All);
        var ratio = Logit(inside, prior) - Logit(outside, prior);
        var variance = 1 / (inside.Word + prior) + 1 / (outside.Word + prior);
        return (ratio, ratio / Math.Sqrt(variance));
    }

    private static double Logit((long Word, long All) side, double prior) =>
        Math.Log((side.Word + prior) / (side.All + PriorWeight - side.Word - prior));
}
