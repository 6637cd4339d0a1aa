using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Images;
using Memorization.Store;

namespace Memorization.Objects;

/// <summary>One object of a study: its groups of rows, people's labels, and how its pictures are looked at. Not thread-safe.</summary>
public sealed class ObjectStudy : IDisposable
{
    private const int GalleryPictures = 24;
    private const int GalleryPixels = 224;

    private readonly ObjectOptions _options;
    private readonly string _store;
    private readonly string _folder;
    private readonly long _snapshot;
    private readonly IReadOnlyList<GroupRows> _groups;
    private readonly LabelSet _labels;
    private readonly Dictionary<string, string> _families;
    private readonly ObjectImages _images;
    private ObjectScan? _scan;

    private ObjectStudy(StoreDatabase database, string store, ObjectOptions options, string folder, IReadOnlyList<GroupRows> groups, LabelSet labels, Dictionary<string, string> families)
    {
        (_options, _store, _folder, _groups, _labels, _families) = (options, store, folder, groups, labels, families);
        _snapshot = database.ThresholdAndSnapshot.Number;
        Contents = groups.SelectMany(group => group.Rows.Select(row => row.ContentId)).Concat(labels.Agreed.Keys).ToHashSet();
        _images = new ObjectImages(database, store, Contents);
    }

    /// <summary>How far the scan is, and a line for a person.</summary>
    public (double Part, string Counts) Progress => _scan?.Progress ?? (0, "loading the model");

    /// <summary>The images that are looked at, once each.</summary>
    internal IReadOnlySet<string> Contents { get; }

    /// <summary>Sorts the study's rows and reads the labels.</summary>
    /// <param name="database">The store, at its snapshot.</param>
    /// <param name="store">The store's folder.</param>
    /// <param name="options">The object.</param>
    /// <param name="folder">The folder that paths in the study start from.</param>
    /// <exception cref="SetupException">A file with labels cannot be used, or no row has the keyword.</exception>
    public static async Task<ObjectStudy> OpenAsync(StoreDatabase database, string store, ObjectOptions options, string folder)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(options);
        var groups = ObjectSelection.Read(database, options);
        if (groups.All(group => group.Group.Kind != GroupKind.Keyword || group.Kept == 0))
            throw new SetupException($"object {options.Name}: no row of the study has the keyword \"{options.Keyword}\"; make it one of the study's keywords and run the study");
        var families = new Dictionary<string, string>();
        database.ForEach("SELECT DISTINCT content_id, family FROM study", reader => families[reader.GetString(0)] = reader.GetString(1));
        var labels = await LabelSet.ReadAsync(ObjectFiles.Labels(options, folder), options.Name, families.Keys.ToHashSet()).ConfigureAwait(false);
        return new ObjectStudy(database, store, options, folder, groups, labels, families);
    }

    /// <summary>Writes a page on which a person labels a sample.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="size">Images.</param>
    /// <param name="seed">Seed of the sample.</param>
    /// <param name="decode">Which images are decoded.</param>
    /// <param name="workers">Makes the processes in which images are decoded that may take long, for a side.</param>
    /// <param name="stop">Stops between two images.</param>
    /// <returns>The page's full path, and the images on it.</returns>
    /// <exception cref="SetupException">There is no image to label, or the folder cannot be written.</exception>
    public async Task<(string Page, int Images)> WriteLabelPageAsync(string folder, int size, int seed, DecodeOptions decode, Func<int, DecodeWorkers?> workers, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(workers);
        var sample = LabelSample.Draw(_groups, content => _images.SourceOf(content) != PixelSource.None, size, seed);
        await using var processes = workers(LabelPage.Pixels);
        var decoder = new ImageDecoder(decode, side: LabelPage.Pixels, workers: processes, whole: true);
        Dictionary<string, LabelPicture> pictures = [];
        await foreach (var image in _images.ReadAsync(sample, stop).ConfigureAwait(false))
        {
            if (image.Bytes is null || !(await decoder.DecodeAsync(image.Bytes, stop).ConfigureAwait(false)).IsKept(out var pixels)) continue;
            var (bytes, width, height) = Preview.Encode(pixels.Rgb, pixels.Width, pixels.Height, LabelPage.Pixels);
            pictures.Add(image.ContentId, new LabelPicture(image.ContentId, width, height, $"data:{Preview.MediaType};base64,{Convert.ToBase64String(bytes)}"));
        }

        if (pictures.Count == 0) throw new SetupException($"object {_options.Name}: the store has no picture to label; run the study with store.images = original, or thumbnail");
        var page = Path.GetFullPath(Path.Combine(folder, $"label-{_options.Name}-{seed}.html"));
        var html = LabelPage.Render(_options, seed, [.. sample.Where(pictures.ContainsKey).Select(content => pictures[content])]);
        await Durable.WriteAsync(page, stream => stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(html), stop).AsTask()).ConfigureAwait(false);
        return (page, pictures.Count);
    }

    /// <summary>Scores the images that have no score yet, estimates, and keeps the result in the store, which must be held.</summary>
    /// <param name="model">The study's model, its paths resolved.</param>
    /// <param name="decode">Which images are decoded.</param>
    /// <param name="workers">Makes the processes in which images are decoded that may take long, for a side.</param>
    /// <param name="time">The clock of saving.</param>
    /// <param name="drain">Ends after the images under way.</param>
    /// <param name="stop">Stops at once.</param>
    /// <returns>The result; null if it was told to end before every image had a score.</returns>
    /// <exception cref="SetupException">The model, a reference or a file of scores cannot be used.</exception>
    public async Task<ObjectResult?> RunAsync(ModelOptions model, DecodeOptions decode, Func<int, DecodeWorkers?> workers, TimeProvider time, CancellationToken drain, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(workers);
        var references = _options.Kind == DetectorKind.References ? ObjectFiles.References(_options, _folder) : [];
        using var detector = ObjectDetector.Open(_options, references, model, decode);
        var files = await ScoreFiles.ReadAsync(Path.Combine(ResultFile.FolderOf(_store, _options.Name), $"scores-{detector.Fingerprint}")).ConfigureAwait(false);
        var canvas = ObjectScan.CanvasSide(detector);
        await using var processes = workers(canvas);
        var decoder = new ImageDecoder(decode, side: canvas, workers: processes, whole: true);
        _scan = new ObjectScan(detector, _images, files, time);
        await _scan.RunAsync(Contents, decoder, drain, stop).ConfigureAwait(false);
        if (drain.IsCancellationRequested) return null;
        var result = Result(detector, references.Count, files);
        result = result with { Gallery = await GalleryAsync(result, decoder, stop).ConfigureAwait(false) };
        await ResultFile.WriteAsync(_store, result).ConfigureAwait(false);
        return result;
    }

    /// <summary>Closes the store's shards.</summary>
    public void Dispose() => _images.Dispose();

    private ObjectResult Result(ObjectDetector detector, int references, ScoreFiles files)
    {
        double? ScoreOf(string content) => RecordOf(content)?.Score;

        // A score of other bytes than are there now is none.
        ScoreRecord? RecordOf(string content) => files.Scores.TryGetValue(content, out var record) && record.Source == _images.SourceOf(content) ? record : null;

        var labelled = _labels.Agreed.Where(label => ScoreOf(label.Key) is not null)
            .Select(label => new LabelledScore(label.Key, _families[label.Key], ScoreOf(label.Key)!.Value, label.Value)).OrderBy(label => label.ContentId, StringComparer.Ordinal).ToList();
        var calibration = Calibration.Of(_options, labelled, detector.DefaultThreshold);
        var estimates = new Estimates(calibration, new FamilyBootstrap(calibration, _options.Seed), _labels.Agreed);
        var keyword = _groups[0];
        return new ObjectResult
        {
            Name = _options.Name,
            Description = _options.Asked,
            Keyword = _options.Keyword,
            Aliases = _options.Aliases,
            Snapshot = _snapshot,
            Options = _options,
            Detector = new DetectorFacts(
                _options.Kind, detector.Fingerprint, detector.Model.Name, detector.Model.ModelId, detector.Model.Description, detector.Grid.Scales, detector.Grid.Overlap, detector.Grid.Aspect, references),
            Images = new ImageCounts(
                Contents.Count, OfSource(PixelSource.Original), OfSource(PixelSource.Thumbnail), OfSource(PixelSource.None), _scan!.Unreadable.Count,
                Contents.Count(content => RecordOf(content) is { Score: null }), Contents.Count(content => ScoreOf(content) is not null), _scan.Images - _scan.Unreadable.Count, _scan.Tiles),
            Labels = new LabelFacts(
                _labels.Labellers, _labels.Images, _labels.Agreed.Values.Count(hasObject => hasObject), _labels.Agreed.Values.Count(hasObject => !hasObject), _labels.Unsure,
                _labels.Agreed.Count - labelled.Count, [.. _labels.Agreements()], _labels.Disagreements),
            Calibration = calibration,
            Groups = [.. _groups.Select(group => estimates.Of(group, ScoreOf, Funnel(group)))],
            Ratios = [.. _groups.Skip(1).Where(group => !group.Group.IsNamed).SelectMany(group => estimates.Compare(keyword, group, ScoreOf))],
            Rows = [.. _groups.SelectMany(group => group.Rows.Where(row => ScoreOf(row.ContentId) is not null).Select(row => new ScoredRow(
                group.Group, row, RecordOf(row.ContentId)!, ScoreOf(row.ContentId) >= calibration.Threshold, _labels.Agreed.TryGetValue(row.ContentId, out var label) ? label : null)))],
        };

        long OfSource(PixelSource source) => Contents.Count(content => _images.SourceOf(content) == source);

        GroupFunnel Funnel(GroupRows group)
        {
            var (withoutPixels, unreadable, withoutScore, scored, byThumbnail) = (0L, 0L, 0L, 0L, 0L);
            foreach (var content in group.Rows.Select(row => row.ContentId))
            {
                if (_images.SourceOf(content) == PixelSource.None) withoutPixels++;
                else if (RecordOf(content) is not { } record) unreadable++;
                else if (record.Score is null) withoutScore++;
                else (scored, byThumbnail) = (scored + 1, byThumbnail + (record.Source == PixelSource.Thumbnail ? 1 : 0));
            }

            return new GroupFunnel(group.Kept, group.WithoutImage, group.NotDrawn, withoutPixels, unreadable, withoutScore, scored, byThumbnail);
        }
    }

    // One picture a family: copies would fill it.
    private async Task<IReadOnlyList<GalleryPicture>> GalleryAsync(ObjectResult result, ImageDecoder decoder, CancellationToken stop)
    {
        var best = result.Rows.Where(row => row.Group == _groups[0].Group).GroupBy(row => row.Row.Family)
            .Select(family => family.OrderByDescending(row => row.Score.Score).ThenBy(row => row.Row.RowKey, StringComparer.Ordinal).First())
            .OrderByDescending(row => row.Score.Score).ThenBy(row => row.Row.RowKey, StringComparer.Ordinal).Take(GalleryPictures).ToList();
        Dictionary<string, GalleryPicture> pictures = [];
        await foreach (var image in _images.ReadAsync(best.Select(row => row.Row.ContentId).Distinct(), stop).ConfigureAwait(false))
        {
            if (image.Bytes is null || !(await decoder.DecodeAsync(image.Bytes, stop).ConfigureAwait(false)).IsKept(out var pixels)) continue;
            var row = best.First(row => row.Row.ContentId == image.ContentId);
            var (bytes, width, height) = Preview.Encode(pixels.Rgb, pixels.Width, pixels.Height, GalleryPixels);
            pictures.Add(image.ContentId, new GalleryPicture(image.ContentId, row.Score.Score!.Value, row.Row.Caption, row.Row.Url, row.Score.Tile, width, height, Convert.ToBase64String(bytes)));
        }

        return [.. best.Where(row => pictures.ContainsKey(row.Row.ContentId)).Select(row => pictures[row.Row.ContentId])];
    }
}
