using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Images;
using Memorization.Objects;
using Memorization.Statistics;

namespace Memorization.Replication.Scoring;

/// <summary>How many images of some probes show an object. Intervals at 95 %.</summary>
/// <param name="Group">"probe", "kind" or "all".</param>
/// <param name="Caption">The probe's caption; null for more than one probe.</param>
/// <param name="Kind">Kind of the probes; null for all.</param>
/// <param name="Probes">How many probes.</param>
/// <param name="Images">Images with a score.</param>
/// <param name="Positives">Of these, those at or above the detector's threshold.</param>
/// <param name="Share">Their part: the apparent share.</param>
/// <param name="Interval">Its interval: Clopper and Pearson's for a probe, whose images are independent; from drawing probes for several, null for one.</param>
/// <param name="Corrected">Corrected for the detector's sensitivity and specificity (Rogan and Gladen); null without labels.</param>
/// <param name="CorrectedInterval">Its interval: Lang and Reiczigel's for a probe; from drawing probes, sensitivity and specificity for several, null for one.</param>
public sealed record ObjectShare(
    string Group, string? Caption, string? Kind, int Probes, long Images, long Positives, double Share, Interval? Interval, double? Corrected, Interval? CorrectedInterval);

/// <summary>One of the study's objects in generated images, found as <c>objects</c> finds it in training images.</summary>
public sealed record GeneratedObject
{
    /// <summary>The object's name in the study.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required string Description { get; init; }

    /// <summary>The detector's threshold, and how often it is right on labelled training images. Whether it is as often right on generated ones nobody measured.</summary>
    public required Objects.Calibration Calibration { get; init; }

    /// <summary>Images of probes that could not be searched, or for which the model gave nothing.</summary>
    public required long WithoutScore { get; init; }

    /// <summary>By probe, by kind and over all.</summary>
    public required IReadOnlyList<ObjectShare> Shares { get; init; }

    /// <summary>Searches generated images for an object that <c>objects</c> has looked for in the training images of the same snapshot. Scores are kept in the store, which must be held.</summary>
    /// <param name="context">The store, its snapshot, and the folder that paths in the study start from.</param>
    /// <param name="options">The object.</param>
    /// <param name="model">The study's model, its paths resolved.</param>
    /// <param name="decode">Which images are decoded.</param>
    /// <param name="workers">Makes the processes in which images are decoded that may take long, for a side.</param>
    /// <param name="images">Where the images are.</param>
    /// <param name="given">The images.</param>
    /// <param name="probes">What they were asked for.</param>
    /// <param name="stop">Stops at once.</param>
    /// <exception cref="SetupException">Nothing is known of the object at this snapshot, or not by this detector.</exception>
    public static async Task<GeneratedObject> SearchAsync(
        (string Store, long Snapshot, string Folder) context, ObjectOptions options, ModelOptions model, DecodeOptions decode, Func<int, DecodeWorkers?> workers,
        GivenImages images, IReadOnlyList<GivenEmbedding> given, IReadOnlyList<Probe> probes, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(workers);
        ArgumentNullException.ThrowIfNull(images);
        var known = (await ResultFile.ReadAsync(context.Store, [options], context.Snapshot).ConfigureAwait(false)).SingleOrDefault()
            ?? throw new SetupException($"object {options.Name}: nothing is known of it at this snapshot; run `memorization objects STUDY` first");
        using var detector = ObjectDetector.Open(options, options.Kind == DetectorKind.References ? ObjectFiles.References(options, context.Folder) : [], model, decode);
        if (detector.Fingerprint != known.Detector.Fingerprint) throw new SetupException($"object {options.Name}: its references or model changed; run `memorization objects STUDY` again first");
        var files = await ScoreFiles.ReadAsync(Path.Combine(ResultFile.FolderOf(context.Store, options.Name), $"scores-{detector.Fingerprint}")).ConfigureAwait(false);
        var canvas = ObjectScan.CanvasSide(detector);
        await using var processes = workers(canvas);
        var asked = probes.Select(probe => probe.Caption).ToHashSet();
        var wanted = given.Where(image => image.Caption is not null && asked.Contains(image.Caption)).ToList();
        var scan = new ObjectScan(detector, images.ToEncoded(wanted), files, TimeProvider.System);
        await scan.RunAsync([.. wanted.Select(image => image.ContentId).Distinct()], new ImageDecoder(decode, side: canvas, workers: processes, whole: true), default, stop).ConfigureAwait(false);
        var scores = wanted.Select(image => (Caption: image.Caption!, files.Scores.GetValueOrDefault(image.ContentId)?.Score)).ToList();
        return new GeneratedObject
        {
            Name = options.Name,
            Description = options.Asked,
            Calibration = known.Calibration,
            WithoutScore = scores.Count(image => image.Score is null),
            Shares = [.. SharesOf(scores.Where(image => image.Score is not null).ToLookup(image => image.Caption, image => image.Score >= known.Calibration.Threshold), probes, known.Calibration, options.Seed)],
        };
    }

    /// <summary>The shares of each caption and kind.</summary>
    /// <param name="positives">Whether each image of a caption is positive.</param>
    /// <param name="probes">The captions and their kinds.</param>
    /// <param name="calibration">How often the detector is right.</param>
    /// <param name="seed">Of what is drawn.</param>
    internal static IEnumerable<ObjectShare> SharesOf(ILookup<string, bool> positives, IEnumerable<Probe> probes, Objects.Calibration calibration, int seed)
    {
        var bootstrap = new FamilyBootstrap(calibration, seed);
        var asked = probes.Select(probe => (probe.Caption, probe.Kind)).Distinct().Where(probe => positives.Contains(probe.Caption))
            .Select(probe => (probe.Caption, probe.Kind, Outcome: new Proportion(positives[probe.Caption].Count(isPositive => isPositive), positives[probe.Caption].Count()))).ToList();
        foreach (var (caption, kind, outcome) in asked)
        {
            yield return new ObjectShare(
                "probe", caption, kind, 1, outcome.Trials, outcome.Successes, outcome.Share, outcome.ClopperPearson(), Correct(outcome),
                calibration.CanCorrect ? TruePrevalence.LangReiczigel(outcome, calibration.Sensitivity.Proportion, calibration.Specificity.Proportion) : null);
        }

        foreach (var kind in asked.GroupBy(probe => probe.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal)) yield return Several("kind", kind.Key, [.. kind.Select(probe => probe.Outcome)]);

        // A caption of two kinds has one set of images.
        if (asked.Count > 0) yield return Several("all", null, [.. asked.DistinctBy(probe => probe.Caption).Select(probe => probe.Outcome)]);

        ObjectShare Several(string group, string? kind, IReadOnlyList<Proportion> outcomes)
        {
            var pooled = new Proportion(outcomes.Sum(outcome => outcome.Successes), outcomes.Sum(outcome => outcome.Trials));
            var (apparent, corrected) = outcomes.Count < 2 ? default : bootstrap.Prevalence([.. outcomes.Select(outcome => new FamilyCount(outcome.Successes, outcome.Trials))]);
            return new ObjectShare(group, null, kind, outcomes.Count, pooled.Trials, pooled.Successes, pooled.Share, apparent, Correct(pooled), corrected);
        }

        double? Correct(Proportion of) => calibration.CanCorrect ? TruePrevalence.Of(of.Share, calibration.Sensitivity.Share!.Value, calibration.Specificity.Share!.Value) : null;
    }
}
