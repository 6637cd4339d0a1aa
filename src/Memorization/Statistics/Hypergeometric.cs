using MathNet.Numerics;

namespace Memorization.Statistics;

/// <summary>How many marked items a sample without replacement holds: Fisher's exact test (1922) of a 2 × 2 table, one-sided.</summary>
internal static class Hypergeometric
{
    private const double HalfLogTwoPi = 0.91893853320467274178;

    private static readonly double[] Small = [.. Enumerable.Range(0, 256).Select(n => SpecialFunctions.GammaLn(n + 1.0))];

    /// <summary>The probability of at least so many marked items in a sample.</summary>
    /// <param name="marked">Marked items in the sample, at most <paramref name="allMarked"/> and <paramref name="sample"/>.</param>
    /// <param name="sample">Items in the sample.</param>
    /// <param name="allMarked">Marked items in all.</param>
    /// <param name="all">Items in all.</param>
    /// <returns>0 to 1; below 1e-300 it may be 0. The relative error, that of the logarithms of factorials, is below 1e-7 for a million items.</returns>
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

    private static double LogChoose(long n, long k) => LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);

    // Stirling's series, whose first term left out is below 1e-20 from 256 on: three times as fast as log-gamma, which most of an analysis's time went into.
    private static double LogFactorial(long n)
    {
        if (n < Small.Length) return Small[n];
        double x = n;
        var square = x * x;
        return (x + 0.5) * Math.Log(x) - x + HalfLogTwoPi + (1 - (1 - 2 / (7 * square)) / (30 * square)) / (12 * x);
    }
}
