using CsCheck;
using Memorization.Captions;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Store;
using Memorization.Tests.Rows;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Store;

public sealed class ScanRulesTests : IDisposable
{
    private static readonly string?[] Captions =
        [null, " ", "van gogh", "Vincent van Gogh, starry night", "almond blossom by van gogh", "almond", "sunflower", "vangoghish", "starry", "a cat"];

    private static readonly string[][] KeywordLists =
        [[], ["van gogh"], ["gogh"], ["van gogh starry"], ["van gogh", "almond"], ["almond blossom"], ["sunflower", "van gogh almond"], ["cat"]];

    private static readonly string?[] Words = ["UNLIKELY", "unsure", "NSFW", "", null];

    private static readonly Gen<MetadataOptions> Metadata = Gen.Select(
        Gen.Double[0, 0.6].Nullable(), Gen.Double[0.5, 1].Nullable(), Gen.Int[1, 60].Nullable(), Gen.Int[50, 120].Nullable(), Gen.OneOf(Words).Array[0, 2],
        (least, greatest, small, large, nsfw) => new MetadataOptions { MinSimilarity = least, MaxSimilarity = greatest, MinSidePixels = small, MaxSidePixels = large, Nsfw = [.. nsfw.Select(word => word ?? "")] });

    // Often the same, often narrower: from two independent draws little would be covered.
    private static readonly Gen<(ScanRules Earlier, ScanRules Later)> Pairs = Gen.Select(
        Gen.OneOf(KeywordLists), Gen.OneOf(KeywordLists), Gen.OneOf(Gen.Const(new MetadataOptions()), Metadata), Metadata, Gen.Int[0, 3],
        (keywords, others, metadata, stricter, change) => (
            new ScanRules(1, keywords, metadata),
            new ScanRules(1, (change & 1) == 0 ? keywords : others, (change & 2) == 0 ? metadata : stricter)));

    private readonly ParquetFixture _files = new();

    public void Dispose() => _files.Dispose();

    /// <summary>Whatever the two filters: where the store is said to be enough, it gives the rows and the counts that reading the file gives.</summary>
    [Fact]
    public void Rows_out_of_the_store_are_those_of_a_scan_wherever_the_store_is_said_to_be_enough()
    {
        var enough = 0;
        Gen.Select(Pairs, Gen.Int[1, 80], Gen.Int).Sample(
            (rules, rows, seed) =>
            {
                var file = LaionFile.Open(Write(rows, seed), TestContext.Current.CancellationToken);
                var (stored, first) = ParquetFixture.Read(file, Filter(rules.Earlier));
                var unit = new FinishedUnit(file.Unit(0).ToString(), first.Emitted, first.Ended);
                var coverage = rules.Later.CoveredBy(rules.Earlier);
                if (coverage == Coverage.None || (coverage == Coverage.Narrower && !rules.Later.IsSureOf(unit))) return;
                if (coverage == Coverage.Narrower && LaionReader.IsExcluded(file, 0, Filter(rules.Later))) return;
                Interlocked.Increment(ref enough);

                var again = new StoredUnit(file.Unit(0), stored, first.Ended, coverage == Coverage.Same ? null : new RowRules(Filter(rules.Later)));
                var taken = again.Take().ToList();
                var (scanned, counts) = ParquetFixture.Read(file, Filter(rules.Later));
                File.Delete(file.Path);

                taken.ShouldBe(scanned);
                again.Counts.Emitted.ShouldBe(counts.Emitted);
                again.Counts.Ended.ShouldBe(counts.Ended, ignoreOrder: true);
            },
            iter: 400,
            threads: 1);
        enough.ShouldBeGreaterThan(50);
    }

    [Theory]
    [InlineData("van gogh", "van gogh", true)]
    [InlineData("gogh", "Vincent VAN Gogh", true)]
    [InlineData("van gogh", "gogh", false)]
    [InlineData("van gogh|almond", "almond blossom|van gogh night", true)]
    [InlineData("van gogh|almond", "almond blossom|cat", false)]
    [InlineData("", "anything", true)]
    [InlineData("anything", "", false)]
    public void Keywords_are_covered_where_each_set_has_all_words_of_one_of_the_others(string wide, string narrow, bool isCovered) =>
        new KeywordMatcher(Split(wide)).Covers(new KeywordMatcher(Split(narrow))).ShouldBe(isCovered);

    [Fact]
    public void Rules_of_another_version_of_the_scan_cover_nothing() =>
        new ScanRules(2, ["cat"], new MetadataOptions()).CoveredBy(new ScanRules(1, ["cat"], new MetadataOptions())).ShouldBe(Coverage.None);

    [Fact]
    public async Task What_a_filter_asked_is_read_back_from_the_store()
    {
        using var folder = new TemporaryFolder();
        var rules = new ScanRules(1, ["van gogh"], new MetadataOptions { MinSimilarity = 0.3, Nsfw = ["UNLIKELY"] });
        await rules.WriteAsync(folder.Path, "f");

        (await ScanRules.ReadAllAsync(folder.Path)).Single().ShouldSatisfyAllConditions(found => found.Key.ShouldBe("f"), found => found.Value.CoveredBy(rules).ShouldBe(Coverage.Same));
    }

    private static string[] Split(string sets) => sets.Split('|', StringSplitOptions.RemoveEmptyEntries);

    private static ScanFilter Filter(ScanRules rules)
    {
        var keywords = new KeywordMatcher(rules.Keywords);
        return new ScanFilter(rules.Keywords.Count == 0 ? null : new CaptionQuery(keywords.IndexOfCandidate, keywords.MayMatch), rules.Metadata);
    }

    private string Write(int rows, int seed)
    {
        var random = new Random(seed);
        T? Maybe<T>(T value)
            where T : struct => random.Next(10) == 0 ? null : value;
        var captions = Enumerable.Range(0, rows).Select(_ => Captions[random.Next(Captions.Length)]).ToArray();
        return _files.Write(
            $"{seed}.parquet", ("URL", Enumerable.Range(0, rows).Select(i => $"u{i}").ToArray()), ("TEXT", captions), ("similarity", captions.Select(_ => Maybe(random.NextDouble())).ToArray()),
            ("WIDTH", captions.Select(_ => Maybe(random.Next(20, 140))).ToArray()), ("HEIGHT", captions.Select(_ => Maybe(random.Next(20, 140))).ToArray()),
            ("NSFW", captions.Select(_ => Words[random.Next(Words.Length)]).ToArray()));
    }
}
