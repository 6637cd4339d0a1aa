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
    /// <returns>0 to 1; relative error below 1e-9 for up to 10⁸ items.</returns>
    public static double AtLeast(long marked, long sample, long allMarked, long all)
    {
        var most = Math.Min(sample, allMarked);
        if (marked <= Math.Max(0, sample + allMarked - all)) return 1;

        // From here on each term follows from the one before; past the mode they only fall.
        var term = Math.Exp(LogChoose(allMarked, marked) + LogChoose(all - allMarked, sample - marked) - LogChoose(all, sample));
        var sum = term;
        for (var k = marked; k < most; k++)
        {
            var ratio = (double)(allMarked - k) / (k + 1) * ((sample - k) / (double)(all - allMarked - sample + k + 1));
            term *= ratio;
            sum += term;
            if (ratio < 1 && term < sum * 1e-17) break;
        }

        return Math.Min(1, sum);
    }

    private static double LogChoose(long n, long k) => SpecialFunctions.GammaLn(n + 1.0) - SpecialFunctions.GammaLn(k + 1.0) - SpecialFunctions.GammaLn(n - k + 1.0);
}
