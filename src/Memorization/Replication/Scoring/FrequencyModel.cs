using Memorization.Statistics;

namespace Memorization.Replication.Scoring;

/// <summary>One feature's part in whether a family comes back.</summary>
/// <param name="Feature">"copies" (their logarithm), "dominant_share" or "caption_entropy".</param>
/// <param name="Mean">Its mean over the families.</param>
/// <param name="Deviation">Its standard deviation over the families.</param>
/// <param name="Slope">What one deviation more adds to the log-odds of replication.</param>
/// <param name="Error">The slope's standard error, over families.</param>
public sealed record FrequencySlope(string Feature, double Mean, double Deviation, double Slope, double Error);

/// <summary>Does frequency decide? A logistic model of an image's replication on its family's copies, share and captions.</summary>
/// <param name="Families">Families with images.</param>
/// <param name="Images">Their images.</param>
/// <param name="Replicated">Of these, how many are replicated.</param>
/// <param name="Intercept">Log-odds of a family that is average in everything.</param>
/// <param name="Slopes">What each feature adds.</param>
/// <param name="HeldOutAuc">How well it ranks the images of families that it was not fitted to; null without both outcomes.</param>
public sealed record FrequencyModel(int Families, long Images, long Replicated, double Intercept, IReadOnlyList<FrequencySlope> Slopes, double? HeldOutAuc)
{
    // A slope of 2.5 per deviation is large already (Gelman et al. 2008): this is the precision of a normal prior of that deviation.
    private const double Ridge = 1 / (2.5 * 2.5);
    private const int Folds = 5;
    private const int LeastFamilies = 6;

    private static readonly string[] Names = ["copies", "dominant_share", "caption_entropy"];

    /// <summary>Fits the model.</summary>
    /// <param name="families">The families' numbers.</param>
    /// <param name="outcomes">Of each family with images, how many of them are replicated.</param>
    /// <returns>Null for fewer than six families, or where all images, or none, are replicated.</returns>
    internal static FrequencyModel? Of(IReadOnlyList<FamilyFrequency> families, IReadOnlyDictionary<string, Proportion> outcomes)
    {
        var known = families.Where(family => outcomes.ContainsKey(family.Family)).ToList();
        var pooled = new Proportion(known.Sum(family => outcomes[family.Family].Successes), known.Sum(family => outcomes[family.Family].Trials));
        if (known.Count < LeastFamilies || pooled.Successes == 0 || pooled.Successes == pooled.Trials) return null;
        double[][] raw = [.. known.Select(family => new[] { Math.Log(family.Copies), family.DominantShare, family.CaptionEntropy })];
        var means = Names.Select((_, i) => raw.Average(row => row[i])).ToArray();
        var deviations = Names.Select((_, i) => Math.Sqrt(raw.Average(row => Math.Pow(row[i] - means[i], 2)))).ToArray();
        List<LogisticGroup> groups = [.. raw.Zip(known, (row, family) => new LogisticGroup([.. row.Select((value, i) => deviations[i] == 0 ? 0 : (value - means[i]) / deviations[i])], outcomes[family.Family]))];
        return LogisticRegression.Fit(groups, Ridge) is not { } fit ? null : new FrequencyModel(
            known.Count, pooled.Trials, pooled.Successes, fit.Coefficients[0],
            [.. Names.Select((name, i) => new FrequencySlope(name, means[i], deviations[i], fit.Coefficients[i + 1], fit.GroupedErrors[i + 1]))], HeldOut(groups));
    }

    // Families in the order of their ids, which are hashes, are dealt to the folds in turn.
    private static double? HeldOut(List<LogisticGroup> groups)
    {
        List<(double, Proportion)> predicted = [];
        for (var fold = 0; fold < Folds; fold++)
        {
            if (LogisticRegression.Fit([.. groups.Where((_, i) => i % Folds != fold)], Ridge) is not { } fit) return null;
            predicted.AddRange(groups.Where((_, i) => i % Folds == fold).Select(group => (fit.Predict(group.Features), group.Outcome)));
        }

        return RankAuc.Of(predicted);
    }
}
