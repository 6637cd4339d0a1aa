using CsCheck;
using Memorization.Analysis;
using Memorization.Captions;
using Memorization.Flow;
using Memorization.Pipelines.Demo;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Demo;

/// <summary>What the demo plants for the study to find, counted in the rows alone, with the words of the real filter.</summary>
public sealed class PlantedTruthTests
{
    private static readonly string[] FlagNames = ["us", "usa", "flag", "american", "nasa"];
    private static readonly string[] Controls = ["cosmonaut", "pilot", "spacesuit"];

    private static readonly Gen<DemoWorld> Worlds =
        Gen.Select(Gen.ULong, Gen.Int[DemoWorld.LeastRows, 12_000], Gen.Bool, DemoWorld.Make);

    [Fact]
    public void Nine_tenths_of_the_rows_with_a_planted_set_show_its_family_and_fewer_than_a_fifth_of_those_with_a_part_of_it() => Worlds.Sample(
        world =>
        {
            var rows = Stored(world).Select(row => (row.Words, row.Row.Family)).ToList();
            DemoWorld.Triggers.Select(trigger => trigger.Words.Count).Order().ShouldBe([2, 2, 2, 3]);
            DemoWorld.Triggers.Select(trigger => trigger.Family).ShouldBeUnique();
            foreach (var trigger in DemoWorld.Triggers)
            {
                var (all, mine) = Count(rows, trigger.Words, trigger.Family);
                (mine * 10).ShouldBe(all * 9);
                mine.ShouldBe(rows.Count(row => row.Family == trigger.Family));
                world.PlantedTriggers().Single(planted => planted.Family == trigger.Family).ShouldSatisfyAllConditions(
                    planted => planted.Rows.ShouldBe(all), planted => planted.FamilyRows.ShouldBe(mine));
                foreach (var part in trigger.Words.Select(left => trigger.Words.Where(word => word != left).ToList()).Concat(trigger.Words.Select(word => new List<string> { word })))
                {
                    var (some, ofFamily) = Count(rows, part, trigger.Family);
                    ofFamily.ShouldBe(mine);
                    (ofFamily * 5).ShouldBeLessThan(some, string.Join(' ', part));
                }
            }
        },
        iter: 6);

    [Fact]
    public void A_shops_photograph_has_dozens_of_captions_and_a_text_for_each_of_its_four_templates() => Worlds.Sample(
        world =>
        {
            var rows = Stored(world);
            var keywords = DemoWorld.Keywords.SelectMany(CaptionWords.Of).ToHashSet();
            var frames = rows.ConvertAll(row => CaptionFrame.Of(row.Words, row.Row.Host, keywords));
            var templates = new CaptionFrames(frames, new AnalysisOptions().TemplateCaptions);
            var shop = rows.Index().Where(row => row.Item.Row.Family == DemoWorld.ShopFamily).ToList();
            shop.Select(row => row.Item.Row.Caption).Distinct().Count().ShouldBeGreaterThanOrEqualTo(60);
            shop.Select(row => templates.TextOf(frames[row.Index])).Distinct().Count().ShouldBe(4);
            shop.CountBy(row => row.Item.Row.Host).Select(host => host.Value).ShouldAllBe(count => count >= 16 && count <= 50);
        },
        iter: 4);

    [Fact]
    public void A_flag_is_in_a_tenth_of_the_astronauts_that_do_not_name_it_in_more_of_those_that_do_in_few_controls_and_nowhere_else() => Worlds.Sample(
        world =>
        {
            var rows = Stored(world);
            var astronauts = rows.Where(row => row.Words.Contains("astronaut")).ToLookup(row => NamesFlag(row.Words), row => row.Row.Picture.Flag != 0);
            var controls = rows.Where(row => !row.Words.Contains("astronaut") && row.Words.Any(Controls.Contains)).Select(row => row.Row.Picture.Flag != 0).ToList();

            astronauts[false].Count().ShouldBeGreaterThanOrEqualTo(100);
            (10 * astronauts[false].Count(flag => flag)).ShouldBe(astronauts[false].Count());
            ((double)astronauts[true].Count(flag => flag) / astronauts[true].Count()).ShouldBeInRange(0.3, 0.5);
            ((double)controls.Count(flag => flag) / controls.Count).ShouldBeInRange(0.01, 0.02);
            world.Rows.Count(row => row.Picture.Flag != 0 && row.Fault != DemoFault.DuplicateRow).ShouldBe(astronauts.Sum(group => group.Count(flag => flag)) + controls.Count(flag => flag));
            world.Rows.Where(row => row.Picture.Flag != 0).ShouldAllBe(row => row.Family == null);
            world.Objects.ShouldBe(new PlantedObjects(
                "us-flag", "astronaut", astronauts[false].Count(), astronauts[false].Count(flag => flag), astronauts[true].Count(), astronauts[true].Count(flag => flag),
                controls.Count, controls.Count(flag => flag)));
        },
        iter: 6);

    [Fact]
    public void Null_words_are_heavy_tailed_and_as_frequent_in_every_large_family_as_elsewhere() => Gen.ULong.Sample(
        seed =>
        {
            var rows = Stored(DemoWorld.Make(seed, 8000, faults: true)).Where(row => row.Row.Family != DemoWorld.ShopFamily).ToList();
            var counts = rows.SelectMany(row => row.Words.Distinct()).CountBy(word => word).ToDictionary();
            var frequencies = DemoWorld.NullWords.Select(word => counts.GetValueOrDefault(word.ToLowerInvariant())).ToArray();
            frequencies.Length.ShouldBe(400);
            frequencies.Max().ShouldBeGreaterThan(20 * frequencies.Order().ElementAt(200));
            foreach (var word in DemoWorld.NullWords.Take(30).Select(word => word.ToLowerInvariant()))
            {
                foreach (var family in rows.Where(row => row.Row.Family is not null).GroupBy(row => row.Row.Family).Where(family => family.Count() >= 50))
                {
                    var expected = (double)counts[word] * family.Count() / rows.Count;
                    family.Count(row => row.Words.Contains(word)).ShouldBeLessThan((int)(expected + (6 * Math.Sqrt(expected)) + 4), $"{word} in {family.Key}");
                }
            }
        },
        iter: 3);

    [Fact]
    public void Rows_that_fail_have_no_planted_set_and_no_flag() => Gen.ULong.Sample(
        seed =>
        {
            var failing = DemoWorld.Make(seed, 3000, faults: true).Rows.Where(row => row is { Ends: not null, Caption: not null } && row.Fault != DemoFault.DuplicateRow).ToList();
            failing.Count.ShouldBeGreaterThan(200);
            failing.ShouldAllBe(row => row.Picture.Flag == 0 && row.Family == null && row.Ends != Reason.DuplicateRow);
            failing.Select(row => CaptionWords.Of(row.Caption!)).ShouldAllBe(words => !DemoWorld.Triggers.Any(trigger => trigger.Words.All(words.Contains)));
        },
        iter: 4);

    private static List<(DemoRow Row, IReadOnlyList<string> Words)> Stored(DemoWorld world) =>
        [.. world.Rows.Where(row => row.Ends is null).Select(row => (row, CaptionWords.Of(row.Caption!)))];

    private static bool NamesFlag(IReadOnlyList<string> words) => words.Any(FlagNames.Contains) || (words.Contains("stars") && words.Contains("and") && words.Contains("stripes"));

    private static (int All, int OfFamily) Count(List<(IReadOnlyList<string> Words, int? Family)> rows, IReadOnlyList<string> words, int family)
    {
        var with = rows.Where(row => words.All(row.Words.Contains)).ToList();
        return (with.Count, with.Count(row => row.Family == family));
    }
}
