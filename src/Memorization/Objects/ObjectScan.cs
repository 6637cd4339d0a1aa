using System.Globalization;
using Memorization.Images;

namespace Memorization.Objects;

/// <summary>Scores the images that have no score yet, some at a time: decoded side by side, their tiles through the model together.</summary>
/// <remarks>What one window holds in memory is bounded: at most <see cref="MostImages"/> pictures of 3 MB, and the tiles of one part of them. Not thread-safe.</remarks>
/// <param name="detector">What scores tiles.</param>
/// <param name="images">Where the bytes come from.</param>
/// <param name="files">The scores that there are, and where new ones go.</param>
/// <param name="time">The clock of saving.</param>
internal sealed class ObjectScan(ObjectDetector detector, IEncodedImages images, ScoreFiles files, TimeProvider time)
{
    private const int MostImages = 32;
    private const int SaveImages = 1024;
    private static readonly TimeSpan SaveAfter = TimeSpan.FromSeconds(30);

    // How far the best tiles are moved, as shares of their sides, round by round.
    private static readonly double[] Steps = [0.1, 0.1, 0.05, 0.05];

    private readonly TileCutter _cutter = new(detector.Model.Side);
    private readonly int _canvas = CanvasSide(detector);
    private long _done, _tiles, _wanted;

    /// <summary>Images that were scored now.</summary>
    public long Images => Interlocked.Read(ref _done);

    /// <summary>Tiles that were embedded now.</summary>
    public long Tiles => Interlocked.Read(ref _tiles);

    /// <summary>How far it is, and a line for a person.</summary>
    public (double Part, string Counts) Progress => (
        _wanted == 0 ? 1 : (double)Images / _wanted, string.Create(CultureInfo.InvariantCulture, $"{Images:N0} of {_wanted:N0} images, {Tiles:N0} tiles"));

    /// <summary>The images that could not be decoded, or whose bytes could not be read.</summary>
    public HashSet<string> Unreadable { get; } = [];

    /// <summary>Pixels on each side of the square that pictures are decoded to.</summary>
    public static int CanvasSide(ObjectDetector detector) => new TileCutter(detector.Model.Side).CanvasSide(detector.Grid.Scales);

    /// <summary>Scores what is missing.</summary>
    /// <param name="contents">The images wanted; those of which nothing was kept are passed over.</param>
    /// <param name="decoder">Decodes whole pictures to squares of <see cref="CanvasSide"/>.</param>
    /// <param name="drain">Ends after the images under way; what is scored is saved.</param>
    /// <param name="stop">Stops at once.</param>
    public async Task RunAsync(IReadOnlyCollection<string> contents, ImageDecoder decoder, CancellationToken drain, CancellationToken stop)
    {
        List<string> missing = [.. contents.Where(content => images.SourceOf(content) is not PixelSource.None and var source
            && (!files.Scores.TryGetValue(content, out var known) || known.Source != source))];
        _wanted = missing.Count;
        List<ScoreRecord> unsaved = [];
        var saved = time.GetTimestamp();
        await foreach (var window in images.ReadAsync(missing, stop).Chunk(MostImages).ConfigureAwait(false))
        {
            unsaved.AddRange(await ScoreAsync(window, decoder, stop).ConfigureAwait(false));
            if (unsaved.Count >= SaveImages || time.GetElapsedTime(saved) >= SaveAfter) await SaveAsync().ConfigureAwait(false);
            if (drain.IsCancellationRequested) break;
        }

        await SaveAsync().ConfigureAwait(false);

        async Task SaveAsync()
        {
            await files.AddAsync(unsaved).ConfigureAwait(false);
            unsaved.Clear();
            saved = time.GetTimestamp();
        }
    }

    private async Task<List<ScoreRecord>> ScoreAsync(EncodedImage[] window, ImageDecoder decoder, CancellationToken stop)
    {
        var pictures = await Task.WhenAll(window.Select(image => Task.Run(() => DecodeAsync(image, decoder, stop), stop))).ConfigureAwait(false);
        List<ScoreRecord> scores = [];
        List<(ScannedPicture Picture, Tile Tile)> waiting = [];
        foreach (var picture in pictures)
        {
            stop.ThrowIfCancellationRequested();
            if (picture.Pixels is null) Unreadable.Add(picture.Image.ContentId);
            else waiting.AddRange(detector.Grid.Of(picture.Pixels.Width, picture.Pixels.Height).Select(tile => (picture, tile)));
        }

        Look(waiting, stop);
        foreach (var step in detector.Climbs ? Steps : [])
        {
            waiting.Clear();
            foreach (var picture in pictures) waiting.AddRange(picture.Neighbours(step).Select(tile => (picture, tile)));
            Look(waiting, stop);
        }

        Interlocked.Add(ref _done, window.Length);
        return [.. pictures.Where(picture => picture.Pixels is not null).Select(picture => picture.ToRecord())];
    }

    private void Look(List<(ScannedPicture Picture, Tile Tile)> waiting, CancellationToken stop)
    {
        foreach (var some in waiting.Chunk(detector.TilesAtOnce))
        {
            stop.ThrowIfCancellationRequested();
            var tiles = new byte[some.Length][];
            Parallel.For(0, some.Length, i => tiles[i] = _cutter.Cut(some[i].Picture.Pixels!.Rgb, _canvas, some[i].Tile));
            foreach (var (score, tile) in detector.Score(tiles).Zip(some)) tile.Picture.Add(score, tile.Tile);
            Interlocked.Add(ref _tiles, some.Length);
        }
    }

    private static async Task<ScannedPicture> DecodeAsync(EncodedImage image, ImageDecoder decoder, CancellationToken stop)
    {
        if (image.Bytes is null) return new ScannedPicture(image, null);
        var outcome = await decoder.DecodeAsync(image.Bytes, stop).ConfigureAwait(false);
        return new ScannedPicture(image, outcome.IsKept(out var pixels) ? pixels : null);
    }
}
