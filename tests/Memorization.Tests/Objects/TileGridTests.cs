using CsCheck;
using Memorization.Objects;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Objects;

public sealed class TileGridTests
{
    [Fact]
    public void A_square_picture_has_itself_nine_halves_and_twenty_five_thirds()
    {
        var tiles = new TileGrid([1, 1 / 2.0, 1 / 3.0], 0.5, 1).Of(300, 300);

        tiles[0].ShouldBe(Tile.Whole);
        tiles.GroupBy(tile => tile.Width).Select(same => (Math.Round(same.Key, 3), same.Count())).ShouldBe([(1, 1), (0.5, 9), (0.333, 25)]);
        tiles.Where(tile => tile.Width == 0.5).Select(tile => (tile.Left, tile.Top)).ShouldBe([(0, 0), (0.25, 0), (0.5, 0), (0, 0.25), (0.25, 0.25), (0.5, 0.25), (0, 0.5), (0.25, 0.5), (0.5, 0.5)]);
    }

    [Fact]
    public void Tiles_are_square_in_pixels_whatever_the_shape_of_the_picture()
    {
        foreach (var tile in new TileGrid([1, 0.4], 0.5, 1).Of(400, 200).Skip(1)) (tile.Width * 400).ShouldBe(tile.Height * 200, 1e-9);
        foreach (var tile in new TileGrid([0.4], 0.5, 1.9).Of(400, 200).Skip(1)) (tile.Width * 400 / (tile.Height * 200)).ShouldBe(1.9, 1e-9);
    }

    [Fact]
    public void Tiles_lie_in_the_picture_cover_it_and_overlap_by_what_was_asked() =>
        Gen.Select(Gen.Int[20, 4000], Gen.Int[20, 4000], Gen.Double[0.1, 1], Gen.Double[0, 0.8]).Where(t => Math.Max(t.Item1, t.Item2) <= 3 * Math.Min(t.Item1, t.Item2)).Sample((width, height, scale, overlap) =>
        {
            var tiles = new TileGrid([scale], overlap, 1).Of(width, height).Where(tile => tile != Tile.Whole).DefaultIfEmpty(Tile.Whole).ToList();
            var lefts = tiles.Select(tile => tile.Left).Distinct().Order().ToList();
            var across = tiles[0].Width;
            tiles.ShouldAllBe(tile => tile.Left >= 0 && tile.Top >= 0 && tile.Left + tile.Width <= 1 + 1e-9 && tile.Top + tile.Height <= 1 + 1e-9);
            if (lefts.Count == TileGrid.MostAlongSide) return;
            if (lefts.Count > 1) (lefts[^1] + across).ShouldBe(1, 1e-9);
            lefts.Zip(lefts.Skip(1)).ShouldAllBe(pair => pair.Second - pair.First <= across * (1 - overlap) + 1e-6);
        }, iter: 300);

    [Fact]
    public void A_very_long_picture_has_no_more_than_32_tiles_of_a_scale_along_it() =>
        new TileGrid([0.5], 0.5, 1).Of(20_000, 200).Count.ShouldBe(1 + 3 * TileGrid.MostAlongSide);
}
