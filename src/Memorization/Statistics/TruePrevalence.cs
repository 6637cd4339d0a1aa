using MathNet.Numerics.Distributions;

namespace Memorization.Statistics;

/// <summary>The share of items that have a property, from the share that an imperfect test calls positive (Rogan and Gladen 1978).</summary>
internal static class TruePrevalence
{
    /// <summary>(apparent + specificity − 1) / (sensitivity + specificity − 1), brought to 0 … 1; null where the test says nothing (sensitivity + specificity at most 1).</summary>
    public static double? Of(double apparent, double sensitivity, double specificity)
    {
        var youden = sensitivity + specificity - 1;
        return youden > 0 && double.IsFinite(apparent) ? Math.Clamp((apparent + specificity - 1) / youden, 0, 1) : null;
    }

    /// <summary>Lang and Reiczigel's interval (2014, Preventive Veterinary Medicine 113): sensitivity and specificity are estimated too, each from an independent sample.</summary>
    /// <param name="apparent">Items that the test calls positive.</param>
    /// <param name="sensitivity">Of items known to have the property, those called positive.</param>
    /// <param name="specificity">Of items known not to have it, those called negative.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <returns>Within 0 … 1; null where the test says nothing.</returns>
    public static Interval? LangReiczigel(Proportion apparent, Proportion sensitivity, Proportion specificity, double confidence = Proportion.Confidence)
    {
        var z = Normal.InvCDF(0, 1, (1 + confidence) / 2);

        // Each share is moved towards one half first: by z²/2 items of each kind, or by one.
        var (n, share) = Adjusted(apparent, z * z / 2);
        var (nSensitivity, sens) = Adjusted(sensitivity, 1);
        var (nSpecificity, spec) = Adjusted(specificity, 1);
        var youden = sens + spec - 1;
        if (youden <= 0) return null;
        var prevalence = (share + spec - 1) / youden;
        var (ofSensitivity, ofSpecificity) = (sens * (1 - sens) / nSensitivity, spec * (1 - spec) / nSpecificity);
        var shift = 2 * z * z * (prevalence * ofSensitivity - (1 - prevalence) * ofSpecificity);
        var error = Math.Sqrt(share * (1 - share) / n + prevalence * prevalence * ofSensitivity + (1 - prevalence) * (1 - prevalence) * ofSpecificity) / youden;
        return new Interval(Math.Clamp(prevalence + shift - z * error, 0, 1), Math.Clamp(prevalence + shift + z * error, 0, 1));
    }

    private static (double Trials, double Share) Adjusted(Proportion of, double more) => (of.Trials + 2 * more, (of.Successes + more) / (of.Trials + 2 * more));
}
