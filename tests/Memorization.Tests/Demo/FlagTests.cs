using System.Globalization;
using System.Numerics.Tensors;
using Memorization.Pipelines.Demo;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Demo;

/// <summary>The planted flag: where it is, and that tiles of a picture tell it under the built-in model.</summary>
public sealed class FlagTests(ITestOutputHelper output)
{
    private static readonly float[] Scales = [0.7f, 0.5f, 0.35f, 0.25f];

    [Fact]
    public void A_tile_with_the_flag_is_more_like_a_crop_of_it_than_any_tile_without()
    {
        var references = DemoObject.References();
        var crops = Embeddings.Of(references.Count, i => Square(references[i], 0, 0, references[i].Width, references[i].Height), out _);
        var count = MeasuredSize.Of("DEMO_PICTURES", 6);
        var rows = DemoWorld.Make(1, 10_000, faults: false).Rows.Where(row => row.Has("astronaut")).ToList();
        var with = rows.Where(row => row.HasFlag).Take(count).Select(row => Best(row.Picture, crops)).Order().ToArray();
        var without = rows.Where(row => !row.HasFlag).Take(count).Select(row => Best(row.Picture, crops)).Order().ToArray();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"with: {string.Join(' ', with.Select(score => score.ToString("f2", CultureInfo.InvariantCulture)))}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"without: {string.Join(' ', without.Select(score => score.ToString("f2", CultureInfo.InvariantCulture)))}"));
        ((double)with[0]).ShouldBeGreaterThan(without[^1] + 0.05);
    }

    /// <summary>The best cosine of any tile to any crop. A tile has the flag's shape and a scale of the shorter side; neighbours overlap by half.</summary>
    private static float Best(DemoPicture picture, float[][] crops)
    {
        using var bitmap = SKBitmap.Decode(new DemoPictures([]).Render(picture));
        using var rgba = bitmap.Copy(SKColorType.Rgba8888);
        var raster = new Raster(rgba.Width, rgba.Height, [.. rgba.GetPixelSpan()]);
        List<(int X, int Y, int Width, int Height)> tiles = [];
        foreach (var scale in Scales)
        {
            var width = (int)(scale * Math.Min(raster.Width, raster.Height));
            var height = (int)(width / Flag.Aspect);
            for (var y = 0; y + height <= raster.Height; y += height / 2)
                for (var x = 0; x + width <= raster.Width; x += width / 2) tiles.Add((x, y, width, height));
        }

        return Embeddings.Of(tiles.Count, i => Square(raster, tiles[i].X, tiles[i].Y, tiles[i].Width, tiles[i].Height), out _)
            .Max(tile => crops.Max(crop => TensorPrimitives.Dot(tile, crop)));
    }

    // The part of the picture, stretched to the square that the model reads.
    private static byte[] Square(Raster picture, int left, int top, int width, int height)
    {
        const int Side = 224;
        var square = new Raster(Side, Side);
        for (var y = 0; y < Side; y++)
            for (var x = 0; x < Side; x++)
                picture.Rgba.AsSpan((((top + (y * height / Side)) * picture.Width) + left + (x * width / Side)) * 4, 4).CopyTo(square.Rgba.AsSpan(((y * Side) + x) * 4));
        return square.Encode(SKEncodedImageFormat.Png, 100);
    }
}
