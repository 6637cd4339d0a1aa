namespace Memorization.Objects;

/// <summary>The parts of a picture that are looked at: the whole picture, and for each scale a grid of overlapping tiles that covers it.</summary>
/// <remarks>
/// A tile of scale s fits into a square of s times the picture's shorter side and touches two of its sides; its shape is the detector's: square for prompts, that of
/// the crops for references. Tiles of one scale begin at equal distances, the first and the last at the picture's edges, so near that neighbours overlap by the
/// wanted share or more; along one side they are at most <see cref="MostAlongSide"/>, further apart in a picture that would need more.
/// </remarks>
/// <param name="Scales">Sides as shares of the shorter side.</param>
/// <param name="Overlap">Least share that neighbours have in common.</param>
/// <param name="Aspect">Width divided by height, in pixels.</param>
internal sealed record TileGrid(IReadOnlyList<double> Scales, double Overlap, double Aspect)
{
    /// <summary>Tiles of one scale along one side: a picture may be a hundred times as long as it is high.</summary>
    public const int MostAlongSide = 32;

    /// <summary>The tiles of a picture, the whole of it first; none is there twice.</summary>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    public IReadOnlyList<Tile> Of(int width, int height)
    {
        var shorter = Math.Min(width, height);
        List<Tile> tiles = [Tile.Whole];
        foreach (var scale in Scales)
        {
            var (across, down) = (scale * shorter * Math.Min(1, Aspect) / width, scale * shorter * Math.Min(1, 1 / Aspect) / height);
            foreach (var top in Starts(down))
                foreach (var left in Starts(across)) tiles.Add(new Tile(left, top, across, down));
        }

        return [.. tiles.Distinct()];
    }

    private IEnumerable<double> Starts(double length)
    {
        // A hair less, so that a rounding error brings no tile more.
        var steps = (int)Math.Ceiling((1 - length) / (length * (1 - Overlap)) - 1e-9);
        steps = Math.Clamp(steps, 0, MostAlongSide - 1);
        return steps == 0 ? [(1 - length) / 2] : Enumerable.Range(0, steps + 1).Select(step => step * (1 - length) / steps);
    }
}
