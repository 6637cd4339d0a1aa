using Memorization.Statistics;

namespace Memorization.Objects;

/// <summary>What is counted.</summary>
public enum CountedUnit
{
    /// <summary>Rows: an image counts as often as it stands in the data.</summary>
    Rows,

    /// <summary>Distinct images.</summary>
    Images,

    /// <summary>Families of copies; one is positive if at least half of its images of the group are.</summary>
    Families,
}

/// <summary>The share of a group that shows the object. Intervals at 95 %.</summary>
/// <param name="Unit">What is counted.</param>
/// <param name="Positives">Those with a score at or above the threshold.</param>
/// <param name="All">Those with a score.</param>
public sealed record Prevalence(CountedUnit Unit, long Positives, long All)
{
    /// <summary>Positives among all: the apparent prevalence; null without any.</summary>
    public required double? Apparent { get; init; }

    /// <summary>Its interval by Wilson, as if all were independent.</summary>
    public required Interval? Wilson { get; init; }

    /// <summary>Its interval from drawing families; null for families.</summary>
    public Interval? Clustered { get; init; }

    /// <summary>Corrected for sensitivity and specificity (Rogan and Gladen); null without labels.</summary>
    public double? Corrected { get; init; }

    /// <summary>Its interval by Lang and Reiczigel, as if all were independent.</summary>
    public Interval? CorrectedInterval { get; init; }

    /// <summary>Its interval from drawing families, sensitivity and specificity; null for families.</summary>
    public Interval? CorrectedClustered { get; init; }
}

/// <summary>Steps of a group, in rows: kept = without image + not drawn + without pixels + unreadable + without score + scored.</summary>
/// <param name="Kept">Rows of the group that the study's filter keeps.</param>
/// <param name="WithoutImage">Rows whose image could not be had.</param>
/// <param name="NotDrawn">Rows that the sample leaves out.</param>
/// <param name="WithoutPixels">Rows of whose image neither bytes nor a thumbnail were kept.</param>
/// <param name="Unreadable">Rows whose image could not be read or decoded.</param>
/// <param name="WithoutScore">Rows for whose image the model gave nothing.</param>
/// <param name="Scored">Rows with a score.</param>
/// <param name="ScoredByThumbnail">Of these, rows of which only the thumbnail was there.</param>
public sealed record GroupFunnel(long Kept, long WithoutImage, long NotDrawn, long WithoutPixels, long Unreadable, long WithoutScore, long Scored, long ScoredByThumbnail);

/// <summary>A group's numbers.</summary>
/// <param name="Group">Which.</param>
/// <param name="Funnel">What became of its rows.</param>
/// <param name="Prevalence">By rows, images and families.</param>
/// <param name="ByHand">Of the group's images that people labelled and agree on, those with the object, with Wilson's interval: the share without a detector, if what they labelled was a random sample.</param>
public sealed record GroupEstimate(ObjectGroup Group, GroupFunnel Funnel, IReadOnlyList<Prevalence> Prevalence, Prevalence ByHand);

/// <summary>How many times the share of the keyword's rows, not named, is that of another group. Intervals at 95 %.</summary>
/// <param name="Unit">What is counted.</param>
/// <param name="Against">The other group.</param>
public sealed record RatioEstimate(CountedUnit Unit, ObjectGroup Against)
{
    /// <summary>The ratio; null if a group is empty.</summary>
    public required double? Ratio { get; init; }

    /// <summary>Its interval by Katz, as if all were independent.</summary>
    public required Interval? Katz { get; init; }

    /// <summary>Whether halves were added, because a group has none of the object or both have nothing else.</summary>
    public required bool IsAdjusted { get; init; }

    /// <summary>Its interval from drawing families; null for families.</summary>
    public RatioInterval? Clustered { get; init; }

    /// <summary>The ratio of the corrected shares; null without labels, and where the other group's corrected share is 0.</summary>
    public double? Corrected { get; init; }

    /// <summary>Its interval from drawing families, sensitivity and specificity; null for families.</summary>
    public RatioInterval? CorrectedClustered { get; init; }
}

/// <summary>Counts the groups of an object and estimates what they show.</summary>
internal sealed class Estimates(Calibration calibration, FamilyBootstrap bootstrap, IReadOnlyDictionary<string, bool> agreed)
{
    /// <summary>A group's numbers.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="score">An image's score; null if it has none.</param>
    /// <param name="funnel">What became of its rows.</param>
    public GroupEstimate Of(GroupRows rows, Func<string, double?> score, GroupFunnel funnel)
    {
        var counts = Count(rows, score);
        List<Prevalence> all = [];
        foreach (var (unit, families) in counts)
        {
            var (positives, total) = (families.Values.Sum(family => family.Positives), families.Values.Sum(family => family.All));
            var (clustered, corrected) = unit == CountedUnit.Families ? default : bootstrap.Prevalence([.. families.OrderBy(family => family.Key, StringComparer.Ordinal).Select(family => family.Value)]);
            var of = new Proportion(positives, total);
            all.Add(Plain(unit, of) with
            {
                Clustered = clustered,
                Corrected = Correct(of),
                CorrectedInterval = total > 0 && calibration.CanCorrect ? TruePrevalence.LangReiczigel(of, calibration.Sensitivity.Proportion, calibration.Specificity.Proportion) : null,
                CorrectedClustered = corrected,
            });
        }

        var labelled = rows.Rows.Select(row => row.ContentId).Distinct().Where(agreed.ContainsKey).ToList();
        return new GroupEstimate(rows.Group, funnel, all, Plain(CountedUnit.Images, new Proportion(labelled.Count(content => agreed[content]), labelled.Count)));
    }

    /// <summary>Holds a group against another.</summary>
    public IEnumerable<RatioEstimate> Compare(GroupRows rows, GroupRows against, Func<string, double?> score)
    {
        var (group, control) = (Count(rows, score), Count(against, score));
        foreach (var unit in Enum.GetValues<CountedUnit>())
        {
            var (a, b) = (Sum(group[unit]), Sum(control[unit]));
            var ratio = new RiskRatio(a, b);
            var families = group[unit].Keys.Union(control[unit].Keys).Order(StringComparer.Ordinal)
                .Select(family => (group[unit].GetValueOrDefault(family), control[unit].GetValueOrDefault(family))).ToList();
            var (clustered, corrected) = unit == CountedUnit.Families ? default : bootstrap.Ratio(families);
            yield return new RatioEstimate(unit, against.Group)
            {
                Ratio = ratio.Value,
                Katz = ratio.Katz(),
                IsAdjusted = ratio.IsAdjusted,
                Clustered = clustered,
                Corrected = Correct(b) is > 0 and { } other ? Correct(a) / other : null,
                CorrectedClustered = corrected,
            };
        }
    }

    private static Proportion Sum(Dictionary<string, FamilyCount> families) => new(families.Values.Sum(family => family.Positives), families.Values.Sum(family => family.All));

    private double? Correct(Proportion of) =>
        of.Trials > 0 && calibration.CanCorrect ? TruePrevalence.Of(of.Share, calibration.Sensitivity.Share!.Value, calibration.Specificity.Share!.Value) : null;

    private static Prevalence Plain(CountedUnit unit, Proportion of) => new(unit, of.Successes, of.Trials)
    {
        Apparent = of.Trials == 0 ? null : of.Share,
        Wilson = of.Trials == 0 ? null : of.Wilson(),
    };

    private Dictionary<CountedUnit, Dictionary<string, FamilyCount>> Count(GroupRows rows, Func<string, double?> score)
    {
        var byFamily = rows.Rows.Where(row => score(row.ContentId) is not null).GroupBy(row => row.Family).ToList();
        Dictionary<CountedUnit, Dictionary<string, FamilyCount>> counts = [];
        counts[CountedUnit.Rows] = byFamily.ToDictionary(family => family.Key, family => Sum(family.Select(row => row.ContentId)));
        counts[CountedUnit.Images] = byFamily.ToDictionary(family => family.Key, family => Sum(family.Select(row => row.ContentId).Distinct()));
        counts[CountedUnit.Families] = counts[CountedUnit.Images].ToDictionary(family => family.Key, family => new FamilyCount(2 * family.Value.Positives >= family.Value.All ? 1 : 0, 1));
        return counts;

        FamilyCount Sum(IEnumerable<string> contents)
        {
            var (positives, all) = (0L, 0L);
            foreach (var content in contents) (positives, all) = (positives + (score(content) >= calibration.Threshold ? 1 : 0), all + 1);
            return new FamilyCount(positives, all);
        }
    }
}
