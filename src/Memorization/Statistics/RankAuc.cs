namespace Memorization.Statistics;

/// <summary>The area under the ROC curve: the probability that a success scores higher than a failure, ties counted half (Hanley and McNeil 1982).</summary>
internal static class RankAuc
{
    /// <summary>The area; null without a success or a failure.</summary>
    /// <param name="groups">A score, and how the trials with it ended.</param>
    public static double? Of(IEnumerable<(double Score, Proportion Outcome)> groups)
    {
        var (successes, failures, wins) = (0L, 0L, 0.0);
        foreach (var equal in groups.GroupBy(group => group.Score).OrderBy(group => group.Key))
        {
            var won = equal.Sum(group => group.Outcome.Successes);
            var lost = equal.Sum(group => group.Outcome.Trials - group.Outcome.Successes);
            wins += won * (failures + lost / 2.0);
            (successes, failures) = (successes + won, failures + lost);
        }

        return successes == 0 || failures == 0 ? null : wins / ((double)successes * failures);
    }
}
