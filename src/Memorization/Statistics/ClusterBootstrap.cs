namespace Memorization.Statistics;

/// <summary>The interval of a share whose trials come in clusters that are alike inside: clusters are drawn again with replacement (Davison and Hinkley 1997, section 3.8).</summary>
internal static class ClusterBootstrap
{
    /// <summary>The percentile interval of the pooled share. Where all trials have one outcome, every draw has it too and says nothing of chance: there it is Clopper and Pearson's, each cluster one trial.</summary>
    /// <param name="clusters">Successes and trials of each.</param>
    /// <param name="draws">How often as many clusters are drawn.</param>
    /// <param name="seed">Of what is drawn.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <returns>Null for fewer than two clusters, of which nothing can be said.</returns>
    public static Interval? Share(IReadOnlyList<Proportion> clusters, int draws, int seed, double confidence = Proportion.Confidence)
    {
        if (clusters.Count < 2) return null;
        if (clusters.All(cluster => cluster.Successes == 0)) return new Proportion(0, clusters.Count).ClopperPearson(confidence);
        if (clusters.All(cluster => cluster.Successes == cluster.Trials)) return new Proportion(clusters.Count, clusters.Count).ClopperPearson(confidence);
        var random = new SplitMix64((ulong)seed);
        var shares = new double[draws];
        for (var draw = 0; draw < draws; draw++)
        {
            var (successes, trials) = (0L, 0L);
            for (var i = 0; i < clusters.Count; i++)
            {
                var cluster = clusters[random.Below(clusters.Count)];
                (successes, trials) = (successes + cluster.Successes, trials + cluster.Trials);
            }

            shares[draw] = (double)successes / trials;
        }

        Array.Sort(shares);
        var tail = (1 - confidence) / 2;
        return new Interval(At(tail), At(1 - tail));

        // Between two order statistics on the line through both.
        double At(double part)
        {
            var place = part * (draws - 1);
            var below = (int)place;
            return shares[below] + (place - below) * (shares[Math.Min(below + 1, draws - 1)] - shares[below]);
        }
    }
}
