using MathNet.Numerics.Distributions;
using Memorization.Statistics;

namespace Memorization.Objects;

/// <summary>What one family adds to a group.</summary>
/// <param name="Positives">Rows, or images, that the detector calls positive.</param>
/// <param name="All">All of them.</param>
internal readonly record struct FamilyCount(long Positives, long All);

/// <summary>Intervals that know that copies of one picture are no independent evidence: families are drawn with replacement (cluster bootstrap, Davison and Hinkley 1997, 3.8), seeded.</summary>
/// <remarks>
/// Where sensitivity and specificity are estimated, each draw also takes both from what is known of them: a beta distribution with Jeffreys' prior. Ends are the 2.5th and
/// the 97.5th percentile. A group in which no family is positive, or in which all are nothing but positive, says nothing of its own spread: its share is drawn from the beta
/// distribution of so many families, as if each were one item. Immutable, thread-safe.
/// </remarks>
internal sealed class FamilyBootstrap
{
    private const int Draws = 1000;
    private const double Tail = (1 - Proportion.Confidence) / 2;

    private readonly ulong _seed;
    private readonly (double Sensitivity, double Specificity)[]? _accuracy;

    /// <param name="calibration">What is known of sensitivity and specificity.</param>
    /// <param name="seed">Of all that is drawn.</param>
    public FamilyBootstrap(Calibration calibration, int seed)
    {
        _seed = (ulong)seed;
        if (!calibration.CanCorrect) return;
        var random = new SplitMix64(_seed + 1);
        _accuracy = [.. Enumerable.Range(0, Draws).Select(_ => (Beta(calibration.Sensitivity.Proportion, random), Beta(calibration.Specificity.Proportion, random)))];
    }

    /// <summary>The intervals of a group's share, as the detector sees it and corrected; null where there is nothing to draw, or nothing to correct with.</summary>
    public (Interval? Apparent, Interval? Corrected) Prevalence(IReadOnlyList<FamilyCount> families)
    {
        if (families.Count == 0) return default;
        var random = new SplitMix64(_seed);
        var share = ShareOf(families);
        var shares = Enumerable.Range(0, Draws).Select(_ => share(random)!.Value).ToArray();
        return (Percentiles(shares), _accuracy is null ? null : Percentiles([.. shares.Select(Correct)]));
    }

    /// <summary>The intervals of the ratio of two groups' shares.</summary>
    /// <param name="families">What each family adds to either; a family of both is drawn as one.</param>
    /// <returns>Null where a group is empty, nothing can be corrected, or the ratio may be anything; a high end of infinity is null there.</returns>
    public (RatioInterval? Apparent, RatioInterval? Corrected) Ratio(IReadOnlyList<(FamilyCount Group, FamilyCount Control)> families)
    {
        var (group, control) = (families.Select(family => family.Group).ToArray(), families.Select(family => family.Control).ToArray());
        if (group.Sum(family => family.All) == 0 || control.Sum(family => family.All) == 0) return default;
        var random = new SplitMix64(_seed);
        List<double> apparent = [], corrected = [];
        var (ofGroup, ofControl) = (Degenerate(group), Degenerate(control));
        for (var draw = 0; draw < Draws; draw++)
        {
            long groupPositives = 0, groupAll = 0, controlPositives = 0, controlAll = 0;
            for (var i = 0; i < families.Count; i++)
            {
                var family = random.Below(families.Count);
                (groupPositives, groupAll) = (groupPositives + group[family].Positives, groupAll + group[family].All);
                (controlPositives, controlAll) = (controlPositives + control[family].Positives, controlAll + control[family].All);
            }

            double? a = ofGroup is { } one ? Beta(one, random) : groupAll == 0 ? null : (double)groupPositives / groupAll;
            double? b = ofControl is { } other ? Beta(other, random) : controlAll == 0 ? null : (double)controlPositives / controlAll;
            if (a is not { } x || b is not { } y) continue; // a draw without a family of one group has no ratio
            Add(apparent, x, y);
            if (_accuracy is not null) Add(corrected, Correct(x, draw), Correct(y, draw));
        }

        return (RatioInterval.Of(apparent), _accuracy is null ? null : RatioInterval.Of(corrected));

        static void Add(List<double> ratios, double x, double y)
        {
            if (x > 0 || y > 0) ratios.Add(y == 0 ? double.PositiveInfinity : x / y); // 0/0 says nothing
        }
    }

    /// <summary>The percentiles of drawn values.</summary>
    internal static Interval Percentiles(double[] values)
    {
        Array.Sort(values);
        return new Interval(At(values, Tail), At(values, 1 - Tail));
    }

    internal static double At(IReadOnlyList<double> sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];

    private double Correct(double share, int draw) => TruePrevalence.Of(share, _accuracy![draw].Sensitivity, _accuracy[draw].Specificity) ?? share;

    private static Func<SplitMix64, double?> ShareOf(IReadOnlyList<FamilyCount> families)
    {
        var counts = families.ToArray();
        if (Degenerate(counts) is { } degenerate) return random => Beta(degenerate, random);
        return random =>
        {
            long positives = 0, all = 0;
            for (var i = 0; i < counts.Length; i++)
            {
                var family = counts[random.Below(counts.Length)];
                (positives, all) = (positives + family.Positives, all + family.All);
            }

            return (double)positives / all;
        };
    }

    // Families as items, where drawing them again would always give the same share.
    private static Proportion? Degenerate(FamilyCount[] families)
    {
        var own = families.Where(family => family.All > 0).ToArray();
        var shares = own.Select(family => (double)family.Positives / family.All).Distinct().Take(2).ToArray();
        return shares is [0 or 1] ? new Proportion(shares[0] == 0 ? 0 : own.Length, own.Length) : null;
    }

    private static double Beta(Proportion of, SplitMix64 random)
    {
        const double half = 0.5; // Jeffreys' prior
        var uniform = ((random.Next() >> 11) + half) * (1.0 / (1UL << 53));
        return MathNet.Numerics.Distributions.Beta.InvCDF(of.Successes + half, of.Trials - of.Successes + half, uniform);
    }
}

/// <summary>The interval of a ratio.</summary>
/// <param name="Low">Lower end; null where every draw had none of the other group's.</param>
/// <param name="High">Upper end; null where it is infinite.</param>
public readonly record struct RatioInterval(double? Low, double? High)
{
    internal static RatioInterval? Of(List<double> ratios)
    {
        if (ratios.Count == 0) return null;
        ratios.Sort();
        const double tail = (1 - Proportion.Confidence) / 2;
        return new RatioInterval(Finite(FamilyBootstrap.At(ratios, tail)), Finite(FamilyBootstrap.At(ratios, 1 - tail)));

        static double? Finite(double value) => double.IsFinite(value) ? value : null;
    }
}
