using System.Text.Json;
using CsCheck;
using Memorization.Pipelines.Demo;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Demo;

public sealed class DemoWorldTests
{
    private static readonly Gen<DemoWorld> Worlds =
        Gen.Select(Gen.ULong, Gen.Int[DemoWorld.LeastRows, 4000], Gen.Bool, DemoWorld.Make);

    [Fact]
    public void The_same_seed_makes_the_same_rows() =>
        Gen.Select(Gen.ULong, Gen.Int[DemoWorld.LeastRows, 4000]).Sample(
            (seed, rows) => DemoWorld.Make(seed, rows, faults: true).Rows.ShouldBe(DemoWorld.Make(seed, rows, faults: true).Rows), iter: 10);

    [Fact]
    public void Another_seed_makes_other_rows() =>
        DemoWorld.Make(1, DemoWorld.LeastRows, true).Rows.Select(row => row.Key).Intersect(DemoWorld.Make(2, DemoWorld.LeastRows, true).Rows.Select(row => row.Key)).Count()
            .ShouldBeLessThan(10);

    [Fact]
    public void It_has_as_many_rows_as_asked() =>
        Gen.Select(Gen.ULong, Gen.Int[DemoWorld.LeastRows, 20_000], Gen.Bool).Sample((seed, rows, faults) => DemoWorld.Make(seed, rows, faults).Rows.Count.ShouldBe(rows), iter: 20);

    [Fact]
    public void Too_few_rows_are_refused() => Should.Throw<ArgumentOutOfRangeException>(() => DemoWorld.Make(1, DemoWorld.LeastRows - 1, true));

    [Fact]
    public void It_has_40_families_of_2_to_300_rows() => Gen.Select(Gen.ULong, Gen.Int[3000, 20_000], Gen.Bool).Sample(
        (seed, rows, faults) =>
        {
            var sizes = DemoWorld.Make(seed, rows, faults).Planted.Values.Select(family => family.Count).ToArray();
            sizes.Length.ShouldBe(40);
            sizes.Max().ShouldBe(300);
            sizes.Min().ShouldBe(2);
        },
        iter: 10);

    [Fact]
    public void Every_row_has_a_key_of_its_own_but_the_duplicates() => Worlds.Sample(
        world =>
        {
            var rows = world.Rows.Where(row => row.Ends is null).ToArray();
            rows.Select(row => row.Key).Distinct().Count().ShouldBe(rows.Length);
            var stored = rows.Select(row => row.Key).ToHashSet();
            world.Rows.Where(row => row.Fault == DemoFault.DuplicateRow).ShouldAllBe(row => stored.Contains(row.Key));
        },
        iter: 10);

    [Fact]
    public void Its_stored_rows_lie_on_40_hosts_or_more_below_demo_test_without_a_port() => Worlds.Sample(
        world =>
        {
            var urls = world.Rows.Where(row => row.Ends is null).Select(row => row.Url!).ToArray();
            urls.ShouldAllBe(url => url.StartsWith("http://", StringComparison.Ordinal));
            var hosts = urls.Select(url => url.Split('/')[2]).Distinct().ToArray();
            hosts.Length.ShouldBeGreaterThanOrEqualTo(40);
            hosts.ShouldAllBe(host => host.EndsWith(".demo.test", StringComparison.Ordinal));
        },
        iter: 10);

    [Theory]
    [InlineData("almond blossoming", 0.52)]
    [InlineData("sunflower", 0.02)]
    public void A_side_keyword_has_its_share_in_families_rooted_in_van_gogh_and_in_the_largest_one(string words, double share) =>
        Worlds.Sample(world => ShouldHaveShare(world, words, share), iter: 10);

    // The families grow by the row, the words' rows by the thousand: here they are closest.
    [Theory]
    [InlineData("almond blossoming", 0.52)]
    [InlineData("sunflower", 0.02)]
    public void A_side_keyword_has_its_share_just_below_each_thousand_rows(string words, double share)
    {
        for (var rows = 2000; rows <= 8000; rows += 1000) ShouldHaveShare(DemoWorld.Make(1, rows - 1, true), words, share);
    }

    [Fact]
    public void Some_families_are_not_rooted_in_van_gogh() => DemoWorld.Make(1, 3000, true).Rows.Where(row => row.Family is not null).GroupBy(row => row.Family)
        .Count(family => family.Count(row => row.Has("van gogh")) * 2 < family.Count()).ShouldBe(6);

    [Fact]
    public void A_row_is_stored_or_past_the_scan_exactly_if_its_caption_has_a_keyword() => Worlds.Sample(
        world => world.Rows.Where(row =>
            DemoWorld.Keywords.Any(row.Has) == (row.Ends is Memorization.Flow.Reason.NoKeyword or Memorization.Flow.Reason.MissingCaption or Memorization.Flow.Reason.KeywordInsideWord)).ShouldBeEmpty(),
        iter: 10);

    [Fact]
    public void Every_fault_occurs() => Worlds.Where(world => world.Rows.Any(row => row.Fault is not null)).Sample(
        world => world.Rows.Select(row => row.Fault).OfType<DemoFault>().Distinct().Count().ShouldBe(Enum.GetValues<DemoFault>().Length), iter: 10);

    [Fact]
    public void Without_faults_every_row_with_a_keyword_is_stored() =>
        DemoWorld.Make(3, DemoWorld.LeastRows, faults: false).Rows.ShouldAllBe(row => row.Fault == null && (row.Ends == null || row.Ends == Memorization.Flow.Reason.NoKeyword));

    [Fact]
    public void The_long_caption_has_78_tokens_and_one_stored_caption_has_77()
    {
        using var vocabulary = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("golden", "tiny-clip", "vocab.json")));
        var rows = DemoWorld.Make(1, DemoWorld.LeastRows, faults: true).Rows;
        Tokens(rows.First(row => row.Fault == DemoFault.LongCaption).Caption!).ShouldBe(78);
        rows.Where(row => row.Ends is null).Max(row => row.Caption!.Split(' ').Length + 2).ShouldBe(77);

        // Every word is one token of the vocabulary; the start and end tokens are counted.
        int Tokens(string caption)
        {
            var words = caption.ToLowerInvariant().Split(' ');
            words.Where(word => !vocabulary.RootElement.TryGetProperty(word + "</w>", out _)).ShouldBeEmpty();
            return words.Length + 2;
        }
    }

    private static void ShouldHaveShare(DemoWorld world, string words, double share)
    {
        var stored = world.Rows.Where(row => row.Ends is null).ToArray();
        var rooted = stored.Where(row => row.Family is not null).GroupBy(row => row.Family!.Value)
            .Where(family => family.Count(row => row.Has("van gogh")) * 2 >= family.Count()).Select(family => family.Key).ToHashSet();
        var carriers = stored.Where(row => row.Has(words)).ToArray();
        var expected = (int)(carriers.Length * share);
        (expected / (double)carriers.Length).ShouldBe(share);
        carriers.Count(row => row.Family is { } family && rooted.Contains(family)).ShouldBe(expected);
        carriers.Where(row => row.Family is not null).CountBy(row => row.Family!.Value).Max(family => family.Value).ShouldBe(expected);
        carriers.ShouldContain(row => row.Has("van gogh"));
        carriers.ShouldContain(row => !row.Has("van gogh"));
    }
}
