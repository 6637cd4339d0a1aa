using Memorization.Statistics;

namespace Memorization.Replication.Scoring;

/// <summary>How many images of some probes reach a threshold.</summary>
/// <param name="Group">"probe", "kind" or "all".</param>
/// <param name="Caption">The probe's caption; null for more than one probe.</param>
/// <param name="Kind">Kind of the probes; null for all.</param>
/// <param name="Family">The probe's family; null for more than one probe.</param>
/// <param name="Score">Which score.</param>
/// <param name="Rule">"hand" or "calibrated".</param>
/// <param name="Threshold">The threshold; null where families have their own.</param>
/// <param name="Probes">How many probes.</param>
/// <param name="Images">How many images.</param>
/// <param name="Replicated">Of these, how many reach it.</param>
/// <param name="Share">Their part.</param>
/// <param name="Low">Lower end of its interval: Clopper and Pearson's for a probe, whose images are independent; the bootstrap's over probes for several, null for one.</param>
/// <param name="High">Upper end.</param>
/// <param name="AnyOf">For some numbers of images, the probability that one of so many reaches it; the mean over probes.</param>
public sealed record ReplicationRate(
    string Group, string? Caption, string? Kind, string? Family, ScoreKind Score, string Rule, double? Threshold, int Probes, long Images, long Replicated, double Share,
    double? Low, double? High, IReadOnlyDictionary<int, double> AnyOf)
{
    /// <summary>Thresholds are set by hand.</summary>
    public const string Hand = "hand";

    /// <summary>The threshold is calibrated.</summary>
    public const string Calibrated = "calibrated";

    // Numbers of images that are asked about, as far as every probe has so many.
    private static readonly int[] Numbers = [1, 2, 4, 10, 20, 50, 100, 200, 500, 1000];

    /// <summary>The rates of one rule: of each probe, of each kind, and of all.</summary>
    /// <param name="images">Images with a score, by probe.</param>
    /// <param name="score">Which score.</param>
    /// <param name="rule">The rule's name.</param>
    /// <param name="threshold">The threshold of a family.</param>
    /// <param name="options">Draws and seed.</param>
    internal static IEnumerable<ReplicationRate> Of(
        IReadOnlyList<IGrouping<Probe, ScoredImage>> images, ScoreKind score, string rule, Func<string, double> threshold, EvaluationOptions options)
    {
        var probes = images.Select(group => (Probe: group.Key, Threshold: threshold(group.Key.Family!),
            Outcome: new Proportion(group.Count(image => image.Score!.Value.Of(score) >= threshold(group.Key.Family!)), group.Count()))).ToList();
        foreach (var (probe, value, outcome) in probes)
        {
            var interval = outcome.ClopperPearson();
            yield return new ReplicationRate("probe", probe.Caption, probe.Kind, probe.Family, score, rule, value, 1, outcome.Trials, outcome.Successes, outcome.Share, interval.Low, interval.High, Any([outcome]));
        }

        foreach (var kind in probes.GroupBy(probe => probe.Probe.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal)) yield return Several("kind", kind.Key, [.. kind]);
        if (probes.Count > 0) yield return Several("all", null, probes);

        ReplicationRate Several(string group, string? kind, IReadOnlyList<(Probe Probe, double Threshold, Proportion Outcome)> some)
        {
            Proportion[] outcomes = [.. some.Select(probe => probe.Outcome)];
            var pooled = new Proportion(outcomes.Sum(outcome => outcome.Successes), outcomes.Sum(outcome => outcome.Trials));
            var interval = ClusterBootstrap.Share(outcomes, options.Draws, options.Seed);
            return new ReplicationRate(
                group, null, kind, null, score, rule, some.All(probe => probe.Threshold == some[0].Threshold) ? some[0].Threshold : null,
                some.Count, pooled.Trials, pooled.Successes, pooled.Share, interval?.Low, interval?.High, Any(outcomes));
        }
    }

    private static Dictionary<int, double> Any(Proportion[] outcomes) => Numbers.Where(k => outcomes.All(outcome => k <= outcome.Trials))
        .ToDictionary(k => k, k => outcomes.Average(outcome => AnyOfK.Of(outcome.Successes, outcome.Trials, k)));
}

/// <summary>How the rate of a kind of probes falls with the threshold.</summary>
/// <param name="Kind">Kind of the probes; null for probes without one.</param>
/// <param name="Score">Which score.</param>
/// <param name="Threshold">The threshold.</param>
/// <param name="Images">How many images.</param>
/// <param name="Replicated">Of these, how many reach it.</param>
/// <param name="Share">Their part.</param>
/// <param name="Low">Lower end of Clopper and Pearson's interval, as if all images were independent.</param>
/// <param name="High">Upper end.</param>
public sealed record CurvePoint(string? Kind, ScoreKind Score, double Threshold, long Images, long Replicated, double Share, double Low, double High)
{
    private const int Least = 50, Most = 100; // hundredths

    /// <summary>The points of all kinds, from 0.50 to 1.00 in steps of 0.01.</summary>
    internal static IEnumerable<CurvePoint> Of(IEnumerable<ScoredImage> images) =>
        from kind in images.GroupBy(image => image.Probe.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal)
        from score in Enum.GetValues<ScoreKind>()
        from threshold in Enumerable.Range(Least, Most - Least + 1).Select(step => step / 100.0)
        let reached = new Proportion(kind.Count(image => image.Score!.Value.Of(score) >= threshold), kind.Count())
        let interval = reached.ClopperPearson()
        select new CurvePoint(kind.Key, score, threshold, reached.Trials, reached.Successes, reached.Share, interval.Low, interval.High);
}
