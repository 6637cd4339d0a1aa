using MathNet.Numerics;

namespace Memorization.Statistics;

/// <summary>How many marked items a sample without replacement holds: Fisher's exact test (1922) of a 2 × 2 table, one-sided.</summary>
internal static class Hypergeometric
{
    /// <summary>The probability of at least so many marked items in a sample.</summary>
    /// <param name="marked">Marked items in the sample, at most <paramref name="allMarked"/> and <paramref name="sample"/>.</param>
    /// <param name="sample">Items in the sample.</param>
    /// <param name="allMarked">Marked items in all.</param>
    /// <param name="all">Items in all.</param>
    /// <returns>0 to 1; below 1e-300 it may be 0. The relative error, that of log-gamma, is below 1e-7 for a million items.</returns>
    public static double AtLeast(long marked, long sample, long allMarked, long all)
    {
        if (marked <= Math.Max(0, sample + allMarked - all)) return 1;
        if (marked > Math.Min(sample, allMarked)) return 0;

        // Of the two tails the one on this side of the mean: a sum that began far out on the other side would begin with 0 and stay there.
        return marked > (double)sample * allMarked / all ? Math.Min(1, UpperTail(marked, sample, allMarked, all)) : Math.Max(0, 1 - LowerTail(marked - 1, sample, allMarked, all));
    }

    // Each term follows from the one before; past the mode they only fall.
    private static double UpperTail(long marked, long sample, long allMarked, long all)
    {
        var term = Probability(marked, sample, allMarked, all);
        var sum = term;
        for (var k = marked; k < Math.Min(sample, allMarked); k++)
        {
            var ratio = (double)(allMarked - k) / (k + 1) * ((sample - k) / (double)(all - allMarked - sample + k + 1));
            term *= ratio;
            sum += term;
            if (ratio < 1 && term < sum * 1e-17) break;
        }

        return sum;
    }

    private static double LowerTail(long marked, long sample, long allMarked, long all)
    {
        var term = Probability(marked, sample, allMarked, all);
        var sum = term;
        for (var k = marked; k > Math.Max(0, sample + allMarked - all); k--)
        {
            var ratio = (double)k / (allMarked - k + 1) * ((all - allMarked - sample + k) / (double)(sample - k + 1));
            term *= ratio;
            sum += term;
            if (ratio < 1 && term < sum * 1e-17) break;
        }

        return sum;
    }

    private static double Probability(long marked, long sample, long allMarked, long all) =>
        Math.Exp(LogChoose(allMarked, marked) + LogChoose(all - allMarked, sample - marked) - LogChoose(all, sample));

    private static double LogChoose(long n, long k) => SpecialFunctions.GammaLn(n + 1.0) - SpecialFunctions.GammaLn(k + 1.0) - SpecialFunctions.GammaLn(n - k + 1.0);
}
