using MathNet.Numerics.Distributions;

namespace Memorization.Statistics;

/// <summary>How many times the share of one group is that of another, of independent items.</summary>
/// <remarks>
/// Where one group or both have no success, or every item of both is one, half a success and half a failure more are counted in each group (the usual correction
/// after Haldane and Anscombe), so that the ratio is finite and has an interval.
/// </remarks>
/// <param name="Group">The group in question.</param>
/// <param name="Control">The group it is held against.</param>
internal readonly record struct RiskRatio(Proportion Group, Proportion Control)
{
    /// <summary>Whether halves were added.</summary>
    public bool IsAdjusted => Group.Successes == 0 || Control.Successes == 0 || (Group.Successes == Group.Trials && Control.Successes == Control.Trials);

    /// <summary>The ratio; null if a group is empty.</summary>
    public double? Value => HasBoth ? Share(Group) / Share(Control) : null;

    /// <summary>The interval of Katz, Baptista, Azen and Pike (1978), symmetric in the logarithm; null if a group is empty.</summary>
    /// <param name="confidence">Between 0 and 1.</param>
    public Interval? Katz(double confidence = Proportion.Confidence)
    {
        if (!HasBoth) return null;
        var half = Normal.InvCDF(0, 1, (1 + confidence) / 2) * Math.Sqrt(Variance(Group) + Variance(Control));
        return new Interval(Value!.Value * Math.Exp(-half), Value.Value * Math.Exp(half));
    }

    private bool HasBoth => Group.Trials > 0 && Control.Trials > 0;

    private double More => IsAdjusted ? 0.5 : 0;

    private double Share(Proportion of) => (of.Successes + More) / (of.Trials + 2 * More);

    private double Variance(Proportion of) => 1 / (of.Successes + More) - 1 / (of.Trials + 2 * More);
}
