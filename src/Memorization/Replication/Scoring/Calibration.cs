using System.Globalization;
using Memorization.Statistics;
using Memorization.Store;

namespace Memorization.Replication.Scoring;

/// <summary>A threshold that so small a part of the pairs of a training image and another family reaches, and what it does on pairs that it was not set by.</summary>
/// <param name="Score">Of which score.</param>
/// <param name="FalsePositiveRate">The part that was asked for.</param>
/// <param name="Pairs">Pairs that it was set by.</param>
/// <param name="Threshold">The threshold; null if there are too few pairs for that part.</param>
/// <param name="HeldOutPairs">Pairs of other images.</param>
/// <param name="HeldOutFalsePositives">Of these, how many reach it.</param>
/// <param name="Low">Lower end of Clopper and Pearson's interval of their part.</param>
/// <param name="High">Upper end.</param>
public sealed record CalibratedThreshold(
    ScoreKind Score, double FalsePositiveRate, long Pairs, double? Threshold, long HeldOutPairs, long HeldOutFalsePositives, double Low, double High);

/// <summary>Sets thresholds by training images held against families that they do not belong to: what is reached there is no replication.</summary>
internal static class Calibration
{
    private const int FamiliesAnImage = 5;

    /// <summary>The threshold of each score. Half of the images set it, the others test it.</summary>
    /// <param name="database">The store, at its snapshot.</param>
    /// <param name="vectors">The families that images are held against.</param>
    /// <param name="options">The part, the number of pairs, the seed.</param>
    public static IReadOnlyList<CalibratedThreshold> Of(StoreDatabase database, FamilyVectors vectors, EvaluationOptions options)
    {
        var pairs = Draw(database, vectors, options);
        return [.. Enum.GetValues<ScoreKind>().Select(kind =>
        {
            double[] setting = [.. pairs.Where(pair => !pair.HeldOut).Select(pair => pair.Score.Of(kind))], testing = [.. pairs.Where(pair => pair.HeldOut).Select(pair => pair.Score.Of(kind))];
            var threshold = Threshold(setting, options.FalsePositiveRate);
            var reached = new Proportion(threshold is { } value ? testing.Count(score => score >= value) : 0, threshold is null ? 0 : testing.Length);
            return new CalibratedThreshold(kind, options.FalsePositiveRate, setting.Length, threshold, testing.Length, reached.Successes, reached.ClopperPearson().Low, reached.ClopperPearson().High);
        })];
    }

    /// <summary>The lowest threshold that the next pair, drawn as these were, reaches with at most this probability (conformal; Vovk et al. 2005); null if there are too few pairs.</summary>
    public static double? Threshold(IReadOnlyCollection<double> negatives, double rate)
    {
        var most = (int)Math.Floor(rate * (negatives.Count + 1)) - 1; // of these that may reach it
        return most < 0 || most >= negatives.Count ? null : Math.BitIncrement(negatives.OrderDescending().ElementAt(most));
    }

    // Images in the order of a hash, each against some families that it is not of.
    private static List<(bool HeldOut, FamilyScore Score)> Draw(StoreDatabase database, FamilyVectors vectors, EvaluationOptions options)
    {
        var images = database.Query(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT m.family, e.embedding FROM (
                SELECT content_id, any_value(family) AS family FROM study GROUP BY content_id ORDER BY md5(content_id || '{options.Seed}') LIMIT {options.Pairs / FamiliesAnImage + 1}) m
            JOIN embeddings e USING (content_id) ORDER BY md5(content_id || '{options.Seed}')
            """), reader => (Family: reader.GetString(0), Embedding: FamilyVectors.Unit((List<float>)reader.GetValue(1))));
        var random = new SplitMix64((ulong)options.Seed);
        List<(int Image, int Family)> pairs = [];
        for (var image = 0; image < images.Count; image++)
        {
            var others = Enumerable.Range(0, vectors.Families.Count).Where(family => vectors.Families[family] != images[image].Family).ToArray();
            for (var i = 0; i < Math.Min(FamiliesAnImage, others.Length); i++)
            {
                var chosen = i + random.Below(others.Length - i);
                (others[i], others[chosen]) = (others[chosen], others[i]);
                pairs.Add((image, others[i]));
            }
        }

        return [.. pairs.GroupBy(pair => pair.Family).OrderBy(group => group.Key).SelectMany(group =>
        {
            var members = group.Select(pair => pair.Image).ToList();
            return vectors.Score(group.Key, [.. members.Select(image => images[image].Embedding)]).Zip(members, (score, image) => (image % 2 == 1, score));
        })];
    }
}
