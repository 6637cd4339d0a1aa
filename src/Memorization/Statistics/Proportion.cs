using MathNet.Numerics.Distributions;

namespace Memorization.Statistics;

/// <summary>A share of independent trials, with what it says of the true share.</summary>
/// <param name="Successes">Trials that had the property.</param>
/// <param name="Trials">All trials.</param>
public readonly record struct Proportion(long Successes, long Trials)
{
    /// <summary>The confidence of intervals that name none.</summary>
    public const double Confidence = 0.95;

    /// <summary>Successes among trials; not a number without a trial.</summary>
    public double Share => (double)Successes / Trials;

    /// <summary>Wilson's score interval (1927): the true shares that a score test does not reject. 0 to 1 without a trial.</summary>
    /// <remarks>Its coverage swings about the stated confidence, on the average over shares very near to it (Brown, Cai and DasGupta 2001).</remarks>
    /// <param name="confidence">Between 0 and 1.</param>
    public Interval Wilson(double confidence = Confidence)
    {
        if (Trials == 0) return new Interval(0, 1);
        var z = Normal.InvCDF(0, 1, (1 + confidence) / 2);
        var (n, share) = ((double)Trials, Share);
        var centre = share + z * z / (2 * n);
        var half = z * Math.Sqrt(share * (1 - share) / n + z * z / (4 * n * n));
        var scale = 1 + z * z / n;

        // At either end the formula gives 0 or 1 but for rounding.
        return new Interval(Successes == 0 ? 0 : (centre - half) / scale, Successes == Trials ? 1 : (centre + half) / scale);
    }

    /// <summary>Clopper and Pearson's exact interval (1934): never covers less often than stated. 0 to 1 without a trial.</summary>
    /// <param name="confidence">Between 0 and 1.</param>
    public Interval ClopperPearson(double confidence = Confidence)
    {
        var tail = (1 - confidence) / 2;
        var failures = Trials - Successes;
        return new Interval(
            Successes == 0 ? 0 : Beta.InvCDF(Successes, failures + 1, tail),
            failures == 0 ? 1 : Beta.InvCDF(Successes + 1, failures, 1 - tail));
    }
}
