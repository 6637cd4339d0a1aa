using Memorization.Images;

namespace Memorization.Objects;

/// <summary>A picture under way: its pixels, and the best of the tiles that were looked at. Not thread-safe.</summary>
/// <param name="image">The encoded image.</param>
/// <param name="pixels">The whole picture as a square; null if it could not be decoded.</param>
internal sealed class ScannedPicture(EncodedImage image, ClipPixels? pixels)
{
    // Best tiles that are moved; the others' neighbourhoods are not looked at.
    private const int Climbers = 3;

    // From one round to the next, besides moving.
    private const double Growth = 1.1;

    private readonly List<(double Score, Tile Tile)> _seen = [];
    private (double Score, Tile Tile)[]? _climbing;
    private int _tiles;

    /// <summary>The encoded image.</summary>
    public EncodedImage Image => image;

    /// <summary>The whole picture as a square; null if it could not be decoded.</summary>
    public ClipPixels? Pixels => pixels;

    /// <summary>Takes a tile's score; null where the model gave nothing.</summary>
    public void Add(double? score, Tile tile)
    {
        _tiles++;
        if (score is { } value) _seen.Add((value, tile));
    }

    /// <summary>The tiles around the best ones: moved by a step each way, grown and shrunk. Each round goes on from the best of the last one's.</summary>
    /// <param name="step">As a share of a tile's side.</param>
    public IEnumerable<Tile> Neighbours(double step)
    {
        _climbing = _climbing is null ? Best() : [.. _climbing.Select(climber => _seen.Where(seen => IsNear(seen.Tile, climber.Tile)).Append(climber).MaxBy(seen => seen.Score))];
        return [.. _climbing.SelectMany(climber => ((Tile[])
        [
            climber.Tile.Moved(step, 0, 1), climber.Tile.Moved(-step, 0, 1), climber.Tile.Moved(0, step, 1), climber.Tile.Moved(0, -step, 1),
            climber.Tile.Moved(0, 0, Growth), climber.Tile.Moved(0, 0, 1 / Growth),
        ]).Where(tile => tile != climber.Tile)).Distinct()];
    }

    /// <summary>What there is to keep.</summary>
    public ScoreRecord ToRecord()
    {
        var isSeen = _seen.Count > 0;
        var (score, tile) = isSeen ? _seen.MaxBy(seen => seen.Score) : (0, Tile.Whole);
        return new ScoreRecord
        {
            ContentId = image.ContentId,
            Pixels = image.Source == PixelSource.Original ? ScoreRecord.Original : ScoreRecord.Thumbnail,
            Score = isSeen ? score : null,
            TileLeft = tile.Left,
            TileTop = tile.Top,
            TileWidth = tile.Width,
            TileHeight = tile.Height,
            Tiles = _tiles,
        };
    }

    // The best, then the best that is not beside it, and so on.
    private (double Score, Tile Tile)[] Best()
    {
        List<(double Score, Tile Tile)> best = [];
        foreach (var seen in _seen.OrderByDescending(seen => seen.Score))
        {
            if (best.Count == Climbers) break;
            if (best.TrueForAll(other => !IsNear(seen.Tile, other.Tile))) best.Add(seen);
        }

        return [.. best];
    }

    // Whether the middles are less than half of the smaller tile apart, each way.
    private static bool IsNear(Tile one, Tile other) =>
        Math.Abs(one.Left + one.Width / 2 - other.Left - other.Width / 2) < Math.Min(one.Width, other.Width) / 2
        && Math.Abs(one.Top + one.Height / 2 - other.Top - other.Height / 2) < Math.Min(one.Height, other.Height) / 2;
}
