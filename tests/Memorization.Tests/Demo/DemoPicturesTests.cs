using CsCheck;
using Memorization.Images;
using Memorization.Pipelines.Demo;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Demo;

public sealed class DemoPicturesTests
{
    private static readonly Gen<DemoPicture> Pictures =
        Gen.Select(Gen.ULong, Gen.ULong, Gen.Int[200, 400], Gen.Int[200, 400], Gen.Enum<Treatment>(), Gen.ULong, (layout, detail, width, height, treatment, variation) =>
            new DemoPicture(layout, detail, width, height, treatment, variation));

    [Fact]
    public void The_same_recipe_gives_the_same_bytes_kept_or_not() =>
        Pictures.Sample(picture => new DemoPictures([]).Render(picture).ShouldBe(new DemoPictures([picture.Untreated()]).Render(picture)), iter: 15);

    [Fact]
    public void Every_treatment_but_the_exact_copy_gives_other_bytes() => Pictures.Where(picture => picture.Treatment != Treatment.ExactCopy).Sample(
        picture => new DemoPictures([]).Render(picture).ShouldNotBe(new DemoPictures([]).Render(picture.Untreated())), iter: 15);

    [Fact]
    public void Hard_negatives_share_the_layout_of_a_family_and_nothing_else()
    {
        var rows = DemoWorld.Make(8, 3000, faults: false).Rows;
        var families = rows.Where(row => row.Family is not null).Select(row => row.Picture.Untreated()).ToHashSet();
        var layouts = families.Select(picture => picture.Layout).ToHashSet();
        var hard = rows.Where(row => row.Family is null && layouts.Contains(row.Picture.Layout)).ToArray();
        hard.Length.ShouldBe(75);
        hard.ShouldAllBe(row => !families.Contains(row.Picture.Untreated()));
    }

    [Fact]
    public void Two_makes_of_a_world_serve_the_same_bytes()
    {
        var (first, second) = (DemoWorld.Make(9, DemoWorld.LeastRows, true), DemoWorld.Make(9, DemoWorld.LeastRows, true));
        var (one, other) = (first.Pictures(), second.Pictures());
        for (var i = 0; i < first.Rows.Count; i += 25) one.Render(first.Rows[i].Picture).ShouldBe(other.Render(second.Rows[i].Picture));
    }

    [Fact]
    public void Pictures_decode_and_have_sides_of_200_to_640_pixels_before_treatment()
    {
        var world = DemoWorld.Make(4, DemoWorld.LeastRows, true);
        var render = world.Pictures();
        foreach (var row in world.Rows)
        {
            row.Picture.Width.ShouldBeInRange(200, 640);
            row.Picture.Height.ShouldBeInRange(200, 640);
        }

        foreach (var treatment in Enum.GetValues<Treatment>())
        {
            var picture = world.Rows.First(row => row.Family is not null && row.Picture.Treatment == treatment).Picture;
            new ImageDecoder().Decode(render.Render(picture)).IsKept(out var decoded).ShouldBeTrue();
            var shorter = Math.Min((double)decoded!.Width / picture.Width, (double)decoded.Height / picture.Height);
            var longer = Math.Max((double)decoded.Width / picture.Width, (double)decoded.Height / picture.Height);
            var (least, most) = treatment switch { Treatment.Quarter => (0.24, 0.25), Treatment.Cropped => (0.8, 1.0), _ => (1.0, 1.0) };
            shorter.ShouldBeGreaterThanOrEqualTo(least);
            longer.ShouldBeLessThanOrEqualTo(most);
        }
    }

    [Fact]
    public void A_crop_takes_the_share_it_says_off_each_side()
    {
        var picture = Painting.Paint(1, 2, 300, 200);
        var cut = Treatments.Crop(picture, left: 0.1f, top: 0.05f, right: 0, bottom: 0.1f);
        (cut.Width, cut.Height).ShouldBe((270, 170));
        cut.Rgba.AsSpan(0, 4).ToArray().ShouldBe(picture.Rgba.AsSpan(((10 * 300) + 30) * 4, 4).ToArray());
    }

    [Theory]
    [InlineData(Treatment.Barred, 0.12)]
    [InlineData(Treatment.Blocked, 0.0625)]
    public void Bars_and_blocks_cover_no_more_than_they_may(object treatment, double most)
    {
        var picture = Painting.Paint(5, 6, 300, 240);
        for (ulong seed = 1; seed < 200; seed++)
        {
            var covered = ((Treatment)treatment).Apply(picture, new DemoRandom(seed));
            var changed = Enumerable.Range(0, 300 * 240).Count(i => !covered.Rgba.AsSpan(i * 4, 4).SequenceEqual(picture.Rgba.AsSpan(i * 4, 4)));
            ((double)changed / (300 * 240)).ShouldBeInRange(0.001, most);
        }
    }
}
