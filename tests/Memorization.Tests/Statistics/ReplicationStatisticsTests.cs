using CsCheck;
using Memorization.Statistics;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Statistics;

public sealed class ReplicationStatisticsTests
{
    [Fact]
    public void Any_of_k_is_the_part_of_all_sets_of_k_that_hold_a_success() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[0, 9], Gen.Int[1, 9]).Where(n => n.Item2 <= n.Item1 && n.Item3 <= n.Item1).Sample((trials, successes, k) =>
        {
            // Every set of k places as the bits of a number; the successes are the first places.
            var sets = Enumerable.Range(0, 1 << trials).Where(set => System.Numerics.BitOperations.PopCount((uint)set) == k).ToList();
            var expected = sets.Count(set => (set & ((1 << successes) - 1)) != 0) / (double)sets.Count;
            AnyOfK.Of(successes, trials, k).ShouldBe(expected, 1e-12);
        }, iter: 200);

    [Fact]
    public void More_draws_than_were_made_cannot_be_asked_about() => Should.Throw<ArgumentOutOfRangeException>(() => AnyOfK.Of(1, 4, 5));

    [Fact]
    public void The_bootstrap_of_single_trials_is_about_the_normal_interval_and_of_equal_clusters_a_point()
    {
        var singles = Enumerable.Range(0, 400).Select(i => new Proportion(i % 5 == 0 ? 1 : 0, 1)).ToList();
        var interval = ClusterBootstrap.Share(singles, 4000, 1)!.Value;
        var half = 1.96 * Math.Sqrt(0.2 * 0.8 / 400);
        interval.Low.ShouldBe(0.2 - half, 0.005);
        interval.High.ShouldBe(0.2 + half, 0.005);

        var equal = ClusterBootstrap.Share([.. Enumerable.Repeat(new Proportion(3, 10), 8)], 500, 1)!.Value;
        (equal.Low, equal.High).ShouldBe((0.3, 0.3));
        ClusterBootstrap.Share([new Proportion(1, 2)], 500, 1).ShouldBeNull();
    }

    // Clusters that are all or nothing are worth one trial each, however many trials they have.
    [Fact]
    public void Trials_that_are_alike_in_their_cluster_make_the_interval_wide()
    {
        var clusters = Enumerable.Range(0, 50).Select(i => new Proportion(i % 2 == 0 ? 500 : 0, 500)).ToList();
        var interval = ClusterBootstrap.Share(clusters, 4000, 2)!.Value;
        var half = 1.96 * Math.Sqrt(0.25 / 50);
        interval.Low.ShouldBe(0.5 - half, 0.02);
        interval.High.ShouldBe(0.5 + half, 0.02);
    }

    // 0 of 12 by the published tables of Clopper and Pearson's interval: up to 1 - 0.025^(1/12).
    [Fact]
    public void Where_all_trials_end_alike_each_cluster_is_one_trial()
    {
        var none = ClusterBootstrap.Share([.. Enumerable.Repeat(new Proportion(0, 8), 12)], 500, 1)!.Value;
        (none.Low, Math.Round(none.High, 4)).ShouldBe((0, 0.2646));
        var all = ClusterBootstrap.Share([.. Enumerable.Repeat(new Proportion(8, 8), 12)], 500, 1)!.Value;
        (Math.Round(all.Low, 4), all.High).ShouldBe((0.7354, 1));
    }

    // Twenty students' hours of study and whether they passed: the worked example of Wikipedia's article on logistic regression.
    [Fact]
    public void The_logistic_model_of_twenty_students_is_the_published_one()
    {
        double[] hours = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 4, 4.25, 4.5, 4.75, 5, 5.5];
        int[] passed = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1];
        var fit = LogisticRegression.Fit([.. hours.Zip(passed, (hour, pass) => new LogisticGroup([hour], new Proportion(pass, 1)))], ridge: 0)!;
        fit.Coefficients[0].ShouldBe(-4.0777, 1e-4);
        fit.Coefficients[1].ShouldBe(1.5046, 1e-4);
        fit.StandardErrors[0].ShouldBe(1.7610, 1e-4);
        fit.StandardErrors[1].ShouldBe(0.6287, 1e-4);
        fit.Predict([2]).ShouldBe(0.25570, 1e-4);
    }

    [Fact]
    public void A_slope_that_separates_the_outcomes_runs_away_without_a_ridge_and_stays_with_one()
    {
        List<LogisticGroup> groups = [new([-1], new(0, 20)), new([1], new(20, 20))];
        LogisticRegression.Fit(groups, ridge: 0).ShouldBeNull();

        // At the maximum the ridge's pull equals the residuals': ridge · b = 40 · (1 − p) with p = 1 / (1 + e^−b).
        var slope = LogisticRegression.Fit(groups, ridge: 0.16)!.Coefficients[1];
        (0.16 * slope).ShouldBe(40 / (1 + Math.Exp(slope)), 1e-8);
    }

    [Fact]
    public void The_area_under_the_curve_counts_pairs() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 4], Gen.Int[0, 4]).Array[1, 6].Sample(groups =>
        {
            var trials = groups.SelectMany(group => Enumerable.Repeat((Score: (double)group.Item1, Won: true), group.Item2).Concat(Enumerable.Repeat((Score: (double)group.Item1, Won: false), group.Item3))).ToList();
            var pairs = (from a in trials where a.Won from b in trials where !b.Won select a.Score > b.Score ? 1 : a.Score == b.Score ? 0.5 : 0).ToList();
            var area = RankAuc.Of(groups.Select(group => ((double)group.Item1, new Proportion(group.Item2, group.Item2 + group.Item3))));
            if (pairs.Count == 0) area.ShouldBeNull();
            else area!.Value.ShouldBe(pairs.Average(), 1e-12);
        }, iter: 200);
}
