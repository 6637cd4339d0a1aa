using System.Globalization;
using System.Text.Json.Serialization;
using Memorization.Configuration;
using Memorization.Images;
using Memorization.Statistics;
using Memorization.Store;

namespace Memorization.Replication.Scoring;

/// <summary>What a model gives back of a study's images, measured on images that it was asked for.</summary>
public sealed record Evaluation
{
    /// <summary>The snapshot that the images were held against.</summary>
    public required long Snapshot { get; init; }

    /// <summary>The threshold set by hand, where a family has none of its own.</summary>
    public required double Threshold { get; init; }

    /// <summary>Images whose caption is no probe's, or unknown: they are in no number here.</summary>
    public required int WithoutProbe { get; init; }

    /// <summary>Images of probes without a family, or with one that is not in the study: they are in <see cref="Images"/> and <see cref="Consistency"/> alone.</summary>
    public required int WithoutFamily { get; init; }

    /// <summary>The calibrated thresholds.</summary>
    public required IReadOnlyList<CalibratedThreshold> Calibrated { get; init; }

    /// <summary>Rates by probe, by kind and over all.</summary>
    public required IReadOnlyList<ReplicationRate> Rates { get; init; }

    /// <summary>Rates against the threshold.</summary>
    public required IReadOnlyList<CurvePoint> Curve { get; init; }

    /// <summary>How alike each caption's images are.</summary>
    public required IReadOnlyList<SeedConsistency> Consistency { get; init; }

    /// <summary>The probes' families in the training data.</summary>
    public required IReadOnlyList<FamilyFrequency> Frequencies { get; init; }

    /// <summary>Whether their frequency decides: by the calibrated threshold of the highest cosine, else by the one set by hand; null where nothing can be fitted.</summary>
    public required FrequencyModel? Model { get; init; }

    /// <summary>The study's objects in the images, those that were asked for.</summary>
    public IReadOnlyList<GeneratedObject> Objects { get; init; } = [];

    /// <summary>Images beside the training images that they come nearest to, at every grade of similarity.</summary>
    [JsonIgnore]
    public IReadOnlyList<ReplicationPair> Pairs { get; init; } = [];

    /// <summary>Every image with its scores: in the tables, too many for a document.</summary>
    [JsonIgnore]
    public IReadOnlyList<ScoredImage> Images { get; init; } = [];

    /// <summary>Computes all of it.</summary>
    /// <param name="database">The store, opened at a snapshot.</param>
    /// <param name="images">The generated images.</param>
    /// <param name="probes">What they were asked for.</param>
    /// <param name="options">What counts as replicated.</param>
    /// <exception cref="SetupException">The study has no family to hold them against, or a threshold is of a family that no probe has.</exception>
    public static Evaluation Compute(StoreDatabase database, IReadOnlyList<GivenEmbedding> images, IReadOnlyList<Probe> probes, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(options);
        if (options.FamilyThresholds.Keys.Except(probes.Select(probe => probe.Family)).FirstOrDefault() is { } stranger)
            throw new SetupException($"there is a threshold for the family {stranger}, which no probe has; remove it, or name the family as its probes do");
        database.KeepStudy();
        var largest = database.Query(string.Create(CultureInfo.InvariantCulture, $"SELECT family FROM study GROUP BY family ORDER BY count(*) DESC, family LIMIT {options.Families}"), reader => reader.GetString(0));
        var vectors = FamilyVectors.Read(database, probes.Select(probe => probe.Family).OfType<string>().Concat(largest).ToHashSet());
        if (vectors.Families.Count == 0) throw new SetupException("the study has no stored image to hold generated ones against; run `memorization run STUDY` first");
        var studyThreshold = database.ThresholdAndSnapshot.Threshold;
        var hand = options.Threshold ?? studyThreshold;
        var calibrated = Calibration.Of(database, vectors, options);
        var scored = Score(vectors, images, probes.Distinct().ToLookup(probe => probe.Caption));
        var counted = scored.Where(image => image.Score is not null).ToList();
        var byProbe = counted.GroupBy(image => image.Probe).ToList();
        var rates = Enum.GetValues<ScoreKind>().SelectMany(kind => ReplicationRate.Of(byProbe, kind, ReplicationRate.Hand, family => options.FamilyThresholds.GetValueOrDefault(family, hand), options)
            .Concat(calibrated.First(one => one.Score == kind).Threshold is { } threshold ? ReplicationRate.Of(byProbe, kind, ReplicationRate.Calibrated, _ => threshold, options) : [])).ToList();
        var frequencies = FamilyFrequency.Of(database, byProbe.Select(probe => probe.Key.Family!).ToHashSet());
        var captions = probes.Select(probe => probe.Caption).ToHashSet();
        return new Evaluation
        {
            Snapshot = database.ThresholdAndSnapshot.Number,
            Threshold = hand,
            WithoutProbe = images.Count(image => image.Caption is null || !captions.Contains(image.Caption)),
            WithoutFamily = scored.Count - counted.Count,
            Calibrated = calibrated,
            Rates = rates,
            Curve = [.. CurvePoint.Of(counted)],
            Consistency = [.. SeedConsistency.Of(images, studyThreshold)],
            Frequencies = frequencies,
            Model = FrequencyModel.Of(frequencies, Outcomes(rates)),
            Images = scored,
        };
    }

    /// <summary>Draws pairs of images from those that were scored.</summary>
    /// <param name="database">The store that they were held against.</param>
    /// <param name="images">Where the images are.</param>
    /// <param name="decoder">Decodes to the model's side.</param>
    /// <param name="stop">Stops between two images.</param>
    public async Task<Evaluation> WithPairsAsync(StoreDatabase database, GivenImages images, ImageDecoder decoder, CancellationToken stop) =>
        this with { Pairs = await ReplicationPair.DrawAsync(database, Images, images, decoder, stop).ConfigureAwait(false) };

    /// <summary>The evaluation without images and captions, for sharing.</summary>
    /// <param name="nameOf">What stands for a family or a caption.</param>
    internal Evaluation Redacted(Func<string, string> nameOf)
    {
        return this with
        {
            Pairs = [],
            Images = [],
            Rates = [.. Rates.Select(rate => rate with { Caption = Name(rate.Caption), Family = Name(rate.Family) })],
            Consistency = [.. Consistency.Select(one => one with { Caption = nameOf(one.Caption) })],
            Frequencies = [.. Frequencies.Select(one => one with { Family = nameOf(one.Family) })],
            Objects = [.. Objects.Select(one => one with { Shares = [.. one.Shares.Select(share => share with { Caption = Name(share.Caption) })] })],
        };

        string? Name(string? name) => name is null ? null : nameOf(name);
    }

    private static List<ScoredImage> Score(FamilyVectors vectors, IReadOnlyList<GivenEmbedding> images, ILookup<string, Probe> probes)
    {
        if (images.FirstOrDefault(image => image.Embedding.Length != vectors.Dimension) is { } odd)
            throw new SetupException($"an image's embedding has {odd.Embedding.Length} numbers and the study's have {vectors.Dimension}; they are of different models");
        var wanted = images.Where(image => image.Caption is not null && probes.Contains(image.Caption)).ToList();
        var embeddings = wanted.ConvertAll(image => image.Embedding);
        var nearest = wanted.ConvertAll(_ => (Family: "", Cosine: double.NegativeInfinity));
        Dictionary<(int Image, string Family), FamilyScore> scores = [];
        for (var family = 0; family < vectors.Families.Count; family++)
        {
            var name = vectors.Families[family];
            var all = vectors.Score(family, embeddings);
            for (var i = 0; i < wanted.Count; i++)
            {
                if (all[i].Max > nearest[i].Cosine) nearest[i] = (name, all[i].Max);
                if (probes[wanted[i].Caption!].Any(probe => probe.Family == name)) scores[(i, name)] = all[i];
            }
        }

        return [.. wanted.SelectMany((image, i) => probes[image.Caption!].Select(probe => new ScoredImage(
            image.Image, probe, image.Seed, probe.Family is not null && scores.TryGetValue((i, probe.Family), out var score) ? score : null, nearest[i].Family, nearest[i].Cosine)))];
    }

    private static Dictionary<string, Proportion> Outcomes(IReadOnlyList<ReplicationRate> rates)
    {
        var rule = rates.Any(rate => rate.Rule == ReplicationRate.Calibrated) ? ReplicationRate.Calibrated : ReplicationRate.Hand;
        return rates.Where(rate => rate.Group == "probe" && rate.Score == ScoreKind.Max && rate.Rule == rule).GroupBy(rate => rate.Family!)
            .ToDictionary(family => family.Key, family => new Proportion(family.Sum(rate => rate.Replicated), family.Sum(rate => rate.Images)));
    }
}
