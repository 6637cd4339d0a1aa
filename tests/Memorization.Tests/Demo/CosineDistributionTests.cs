using System.Globalization;
using System.Numerics.Tensors;
using Memorization.Pipelines.Demo;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Demo;

/// <summary>Cosines of the built-in model between pictures and their treated copies, and between different pictures: the table of docs/decisions/0003.</summary>
public sealed class CosineDistributionTests(ITestOutputHelper output)
{
    // The random amounts that the demo plants, then the worst that "a crop of 10 % a side", "bars of 12 %", "a block of 25 %" can mean.
    private static readonly (string Name, int Times, Func<Raster, DemoRandom, Raster> Apply)[] Copies =
    [
        ("re-encoded, JPEG quality 40", 1, (picture, _) => picture),
        ("a quarter of the side", 1, (picture, random) => Treatment.Quarter.Apply(picture, random)),
        ("cropped, 0–10 % each side", 3, (picture, random) => Treatment.Cropped.Apply(picture, random)),
        ("colours shifted", 3, (picture, random) => Treatment.ColourShifted.Apply(picture, random)),
        ("bars, 2–12 % in all", 3, (picture, random) => Treatment.Barred.Apply(picture, random)),
        ("block, 8–25 % of the width", 3, (picture, random) => Treatment.Blocked.Apply(picture, random)),
        ("cropped, 10 % of all four sides", 1, (picture, _) => Treatments.Crop(picture, 0.1f, 0.1f, 0.1f, 0.1f)),
        ("cropped, 10 % left and top only", 1, (picture, _) => Treatments.Crop(picture, 0.1f, 0.1f, 0, 0)),
        ("two bars of 12 % each", 1, (picture, _) => Covered(picture, 0, 0, 1, 0.12f, 0, 0.88f, 1, 0.12f)),
        ("square block, 25 % of the width", 1, (picture, random) =>
        {
            var height = Math.Min(0.25f * picture.Width / picture.Height, 0.9f);
            return Covered(picture, random.Between(0, 0.75f), random.Between(0, 1 - height), 0.25f, height);
        }),
    ];

    [Fact]
    public void Of_painted_pictures()
    {
        Raster[] pictures = [.. DemoWorld.Make(100, 3000, faults: false).Rows.Where(row => row.Family is null).Take(MeasuredSize.Of("DEMO_PICTURES", 40))
            .Select(row => Painting.Paint(row.Picture.Layout, row.Picture.Detail, row.Picture.Width, row.Picture.Height))];
        Measure(pictures).ShouldBe(0);
    }

    [Fact]
    public void Of_photographs_and_paintings()
    {
        var files = Directory.GetFiles(SharedFolder.Path("corpora", "images", "flickr8k"), "*.jpg")
            .Concat(Directory.GetFiles(SharedFolder.Path("corpora", "images", "vangogh-kempers"), "*.jpg", SearchOption.AllDirectories));
        // Four pairs are copies in truth: two paintings that are there twice, two scenes photographed twice.
        Measure([.. files.Order(StringComparer.Ordinal).Take(MeasuredSize.Of("DEMO_PICTURES", 40)).Select(Read)]).ShouldBeLessThan(10);
    }

    /// <summary>Prints the table; gives the number of pairs of different pictures at or above the threshold.</summary>
    private int Measure(Raster[] pictures)
    {
        var copies = Copies.SelectMany(copy => Enumerable.Repeat(copy, copy.Times)).ToArray();
        var all = Embeddings.Of(
            pictures.Length * (copies.Length + 1),
            i =>
            {
                var (picture, copy) = (pictures[i / (copies.Length + 1)], i % (copies.Length + 1));
                if (copy == 0) return picture.Encode(SKEncodedImageFormat.Png, 100);
                return copies[copy - 1].Apply(picture, new DemoRandom((ulong)i + 1)).Encode(SKEncodedImageFormat.Jpeg, copy == 1 ? 40 : 75);
            },
            out var threshold);
        var originals = Enumerable.Range(0, pictures.Length).Select(i => all[i * (copies.Length + 1)]).ToArray();

        foreach (var name in Copies.Select(copy => copy.Name))
        {
            var cosines = Enumerable.Range(0, all.Length)
                .Where(i => i % (copies.Length + 1) is > 0 and var copy && copies[copy - 1].Name == name)
                .Select(i => TensorPrimitives.Dot(all[i], originals[i / (copies.Length + 1)])).Order().ToArray();
            Line(name, cosines[cosines.Length / 100], cosines[cosines.Length / 20], cosines[cosines.Length / 2], cosines.Count(cosine => cosine >= threshold) / (float)cosines.Length);
            cosines[cosines.Length / 2].ShouldBeGreaterThan(threshold - 0.1f, name);
        }

        var strangers = Enumerable.Range(0, originals.Length).SelectMany(i => originals.Take(i).Select(other => TensorPrimitives.Dot(originals[i], other))).OrderDescending().ToArray();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{strangers.Length} pairs of different pictures: mean {strangers.Average():f3}, 1 in 100 above {strangers[strangers.Length / 100]:f3}, 1 in 1,000 above {strangers[strangers.Length / 1000]:f3}, 1 in 10,000 above {strangers[strangers.Length / 10_000]:f3}, highest {string.Join(' ', strangers.Take(6).Select(cosine => cosine.ToString("f3", CultureInfo.InvariantCulture)))}"));
        return strangers.Count(cosine => cosine >= threshold);
    }

    private void Line(string name, float first, float fifth, float median, float linked) => output.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"| {name} | {first:f2} | {fifth:f2} | {median:f2} | {100 * linked:f1} % |"));

    private static Raster Covered(Raster picture, params ReadOnlySpan<float> boxes)
    {
        var covered = picture with { Rgba = [.. picture.Rgba] };
        for (; boxes.Length > 0; boxes = boxes[4..])
        {
            var (left, right) = ((int)(boxes[0] * picture.Width), (int)((boxes[0] + boxes[2]) * picture.Width));
            for (var y = (int)(boxes[1] * picture.Height); y < (int)((boxes[1] + boxes[3]) * picture.Height); y++)
            {
                for (var x = left; x < right; x++) new Colour(0, 0, 0).Write(covered.Rgba, ((y * picture.Width) + x) * 4, 1);
            }
        }

        return covered;
    }

    private static Raster Read(string path)
    {
        using var bitmap = SKBitmap.Decode(path);
        using var rgba = bitmap.Copy(SKColorType.Rgba8888);
        var picture = new Raster(rgba.Width, rgba.Height, [.. rgba.GetPixelSpan()]);
        while (picture.Width * picture.Height > 500_000) picture = Treatments.Shrink(picture, 2);
        return picture;
    }
}
