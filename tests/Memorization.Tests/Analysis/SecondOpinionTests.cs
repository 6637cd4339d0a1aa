using Memorization.Analysis;
using Memorization.Images;
using Memorization.Tests.Images;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Analysis;

public sealed class SecondOpinionTests
{
    [Fact]
    public async Task Its_numbers_are_those_of_all_distances_counted_by_hand()
    {
        // Family 0: five pictures of one scene, brighter each; family 1: two scenes; family 2: one image alone.
        List<PlanarRow> rows = [.. Enumerable.Range(0, 5).Select(i => new PlanarRow(i, i, 0, "van gogh") { Thumbnail = Picture(1, 4 * i) })];
        rows.AddRange([new(10, 10, 1.5, "van gogh") { Thumbnail = Picture(2, 0) }, new(11, 11, 1.5, "van gogh") { Thumbnail = Picture(3, 0) }, new(12, 12, 1.5, "van gogh") { Thumbnail = [1, 2, 3] }]);
        rows.Add(new(20, 20, 3, "van gogh") { Thumbnail = Picture(4, 0) });
        var opinions = (await PlanarStore.AnalyzeAsync(rows)).SecondOpinions;

        var hashes = rows.Where(row => row.Number < 12).ToLookup(row => row.Number / 10, row => PerceptualHash.Of(row.Thumbnail!)!.Value);
        opinions.Count.ShouldBe(2);
        opinions.Select(opinion => opinion.Pictures).ShouldBe([5, 2]);
        foreach (var (opinion, mine) in opinions.Zip(hashes))
        {
            var medians = mine.GroupBy(middle => mine.Sum(other => PerceptualHash.Distance(middle, other))).MinBy(group => group.Key)!
                .Select(middle => Median(mine.Select(other => PerceptualHash.Distance(middle, other)).Order().Skip(1)));
            medians.ShouldContain(opinion.MedianDistance); // equal middles: any
        }

        opinions[0].MedianDistance.ShouldBeLessThanOrEqualTo(SecondOpinion.NearBits);
        opinions[0].Near.ShouldBe(1);
        opinions[1].Near.ShouldBe(0);
        opinions[1].MedianDistance.ShouldBe(PerceptualHash.Distance(hashes[1].First(), hashes[1].Last()));
        opinions[0].StrangerDistance.ShouldBe(opinions[1].StrangerDistance);
        opinions[0].StrangerDistance!.Value.ShouldBeGreaterThan(SecondOpinion.NearBits);
    }

    [Fact]
    public async Task Without_thumbnails_there_is_none_and_of_a_large_family_so_many_pictures_are_hashed()
    {
        (await PlanarStore.AnalyzeAsync([new(1, 1, 0, "a"), new(2, 2, 0, "a")])).SecondOpinions.ShouldBeEmpty();
        var rows = Enumerable.Range(1, 9).Select(number => new PlanarRow(number, number, 0, "a") { Thumbnail = Picture(1, number) });
        (await PlanarStore.AnalyzeAsync(rows, options => options with { HashedImages = 4 })).SecondOpinions.ShouldHaveSingleItem().Pictures.ShouldBe(4);
    }

    private static double Median(IEnumerable<int> sorted)
    {
        var values = sorted.ToList();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2.0;
    }

    // A scene of smooth random waves.
    private static byte[] Picture(ulong scene, int brighter)
    {
        var random = new Memorization.Statistics.SplitMix64(scene);
        var waves = Enumerable.Range(0, 12).Select(_ => (X: random.Below(5), Y: random.Below(5), Shift: random.Below(628) / 100.0)).ToList();
        var rgba = new byte[64 * 64 * 4];
        for (var i = 0; i < 64 * 64; i++)
        {
            var value = 120 + brighter + 8 * waves.Sum(wave => Math.Sin(Math.PI * (wave.X * (i % 64) + wave.Y * (i / 64)) / 64 + wave.Shift));
            rgba.AsSpan(4 * i, 3).Fill((byte)Math.Clamp(value, 0, 255));
            rgba[4 * i + 3] = 255;
        }

        return Encoded.ByEncoder(SKEncodedImageFormat.Png, 64, 64, rgba);
    }
}
