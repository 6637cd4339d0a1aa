namespace Memorization.Statistics;

/// <summary>The probability that at least one of k draws succeeds, estimated from more draws than k (Chen et al. 2021, equation 1).</summary>
internal static class AnyOfK
{
    /// <summary>One less the part of all sets of k among the trials that hold no success: unbiased, which 1 − (1 − share)ᵏ is not.</summary>
    /// <param name="successes">Trials that succeeded.</param>
    /// <param name="trials">All trials.</param>
    /// <param name="k">1 to <paramref name="trials"/>.</param>
    public static double Of(long successes, long trials, long k)
    {
        if (k < 1 || k > trials) throw new ArgumentOutOfRangeException(nameof(k), k, $"1 to {trials} trials");
        var none = 1.0;
        for (var i = 0L; i < successes; i++) none *= Math.Max(0, (double)(trials - k - i) / (trials - i));
        return 1 - none;
    }
}
