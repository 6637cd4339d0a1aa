using Memorization.Embedding;
using Memorization.Images;
using Memorization.Objects;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Objects;

/// <summary>How exactly a tile must have the object for the built-in model to tell it: what overlap, scales and moving are chosen by (docs/objects.md).</summary>
public sealed class TilePlaceTests(ITestOutputHelper output)
{
    [Fact]
    public void A_tenth_aside_is_seen_a_quarter_is_not_and_size_matters_little()
    {
        using var encoder = ImageEncoder.Open(new ModelOptions());
        var reference = Embed(FlagPictures.Crop(), Tile.Whole);
        List<double> exact = [], tenth = [], quarter = [], smaller = [];
        for (var seed = 0; seed < 12; seed++)
        {
            // The flag is in the upper left corner, 60 pixels wide and 31 high.
            var (picture, tile) = (FlagPictures.Png(seed, flag: true), new Tile(0, 0, 60 / 160.0, 31 / 120.0));
            exact.Add(Score(picture, tile));
            tenth.Add(Score(picture, tile.Moved(0.1, 0, 1)));
            tenth.Add(Score(picture, tile.Moved(0, 0.1, 1)));
            quarter.Add(Score(picture, tile.Moved(0.25, 0.25, 1)));
            smaller.Add(Score(picture, tile.Moved(0, 0, 0.8)));
        }

        foreach (var (name, scores) in new[] { ("exact", exact), ("a tenth aside", tenth), ("a quarter aside both ways", quarter), ("a fifth smaller", smaller) })
            output.WriteLine($"{name}: {scores.Min():F2} to {scores.Max():F2}");
        exact.Min().ShouldBeGreaterThan(0.85);
        tenth.Min().ShouldBeGreaterThan(0.4);
        quarter.Max().ShouldBeLessThan(0.4);
        smaller.Min().ShouldBeGreaterThan(0.6);

        double Score(byte[] picture, Tile tile) => Embed(picture, tile).Zip(reference, (a, b) => (double)a * b).Sum();

        float[] Embed(byte[] picture, Tile tile)
        {
            new ImageDecoder(side: 448, whole: true).Decode(picture).IsKept(out var pixels).ShouldBeTrue();
            return encoder.Embed([new TileCutter(encoder.Model.Side).Cut(pixels!.Rgb, 448, tile)])[0]!;
        }
    }
}
