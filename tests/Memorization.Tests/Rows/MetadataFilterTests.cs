using CsCheck;
using Memorization.Flow;
using Memorization.Rows;
using ParquetSharp;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Rows;

public sealed class MetadataFilterTests : IDisposable
{
    private static readonly string?[] Values = ["UNLIKELY", "Unsure", "NSFW", "", null, "?"];

    private readonly ParquetFixture _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(0.3, 500, 400, "UNLIKELY", "?", null)]
    [InlineData(0.299, 500, 400, "UNLIKELY", "?", Reason.SimilarityExcluded)]
    [InlineData(0.51, 500, 400, "UNLIKELY", "?", Reason.SimilarityExcluded)]
    [InlineData(null, 500, 400, "UNLIKELY", "?", Reason.SimilarityExcluded)]
    [InlineData(double.NaN, 500, 400, "UNLIKELY", "?", Reason.SimilarityExcluded)]
    [InlineData(0.4, 99, 400, "UNLIKELY", "?", Reason.SizeExcluded)]
    [InlineData(0.4, 400, 99, "UNLIKELY", "?", Reason.SizeExcluded)]
    [InlineData(0.4, 1001, 400, "UNLIKELY", "?", Reason.SizeExcluded)]
    [InlineData(0.4, 400, null, "UNLIKELY", "?", Reason.SizeExcluded)]
    [InlineData(0.4, 500, 400, "unlikely", "?", null)]
    [InlineData(0.4, 500, 400, "NSFW", "?", Reason.NsfwExcluded)]
    [InlineData(0.4, 500, 400, null, "?", Reason.NsfwExcluded)]
    [InlineData(0.4, 500, 400, "UNLIKELY", "cc-by", Reason.LicenseExcluded)]
    [InlineData(0.4, 500, 400, "UNLIKELY", null, null)]
    [InlineData(0.2, 1, 1, "NSFW", "cc-by", Reason.SimilarityExcluded)]
    public void A_row_ends_under_the_first_limit_it_breaks(double? similarity, int? width, int? height, string? nsfw, string? license, Reason? reason)
    {
        var options = new MetadataOptions { MinSimilarity = 0.3, MaxSimilarity = 0.5, MinSidePixels = 100, MaxSidePixels = 1000, Nsfw = ["UNLIKELY", "UNSURE"], Licenses = ["?", ""] };
        // The second row keeps the statistics from excluding the row group as a whole.
        var path = _files.Write(
            "a.parquet", ("URL", new[] { "u", "v" }), ("TEXT", new[] { "c", "d" }), ("similarity", new[] { similarity, 0.4 }), ("WIDTH", new[] { width, 500 }),
            ("HEIGHT", new[] { height, 500 }), ("NSFW", new[] { nsfw, "UNSURE" }), ("LICENSE", new[] { license, "?" }));

        var (rows, counts) = Read(path, options);

        rows.Select(row => row.Caption).ShouldBe(reason is null ? ["c", "d"] : ["d"]);
        counts.Ended.ShouldBe(reason is { } expected ? new Dictionary<Reason, long> { [expected] = 1 } : []);
    }

    [Theory]
    [InlineData(true, 1, 2, 1)]
    [InlineData(false, 2, 1, 0)]
    public void A_keyword_is_asked_before_the_metadata_and_the_metadata_before_a_caption_of_any_kind(bool keyword, int excluded, int missing, int noKeyword)
    {
        var path = _files.Write(
            "a.parquet", ("URL", new[] { "u", "u", "u", "u" }), ("TEXT", new[] { null, "cat", "dog", null }), ("similarity", new[] { 0.1, 0.1, 0.4, 0.4 }));
        var filter = keyword ? ParquetFixture.Where(caption => caption.SequenceEqual("cat"u8)) : new ScanFilter();

        var (rows, counts) = ParquetFixture.Read(
            LaionFile.Open(path, TestContext.Current.CancellationToken), filter with { Metadata = new MetadataOptions { MinSimilarity = 0.3 } });

        rows.Select(row => row.Caption).ShouldBe(keyword ? [] : ["dog"]);
        (counts[Reason.SimilarityExcluded], counts[Reason.MissingCaption], counts[Reason.NoKeyword]).ShouldBe((excluded, missing, noKeyword));
    }

    [Fact]
    public void A_file_without_the_column_has_no_row_that_has_the_value()
    {
        var path = _files.Write("a.parquet", ("URL", new[] { "u" }), ("TEXT", new[] { "c" }));

        Read(path, new MetadataOptions { MinSimilarity = 0 }).Counts[Reason.SimilarityExcluded].ShouldBe(1);
        Read(path, new MetadataOptions { Nsfw = ["UNLIKELY"] }).Counts[Reason.NsfwExcluded].ShouldBe(1);
        Read(path, new MetadataOptions { Nsfw = ["UNLIKELY", ""] }).Rows.Count.ShouldBe(1);
        Read(path, new MetadataOptions()).Rows.Count.ShouldBe(1);
    }

    [Fact]
    public void A_row_group_that_its_statistics_exclude_is_not_read()
    {
        var captions = Enumerable.Range(0, 500).Select(i => $"caption {i}").ToArray();
        using var properties = ParquetFixture.Build(builder => builder.Compression(Compression.Snappy).DisableDictionary());
        var path = _files.Write("a.parquet", properties, 500, ("URL", captions), ("TEXT", captions), ("similarity", captions.Select((_, i) => i / 1000.0).ToArray()));
        var bytes = File.ReadAllBytes(path);
        // All pages, but not the footer: nothing of them could be read.
        bytes.AsSpan(4, bytes.Length - 2000).Fill(0xEE);
        var broken = _files.Bytes("b.parquet", bytes);

        Read(broken, new MetadataOptions { MinSimilarity = 0.6 }).Counts[Reason.SimilarityExcluded].ShouldBe(500);
        Should.Throw<BrokenInputException>(() => Read(broken, new MetadataOptions { MinSimilarity = 0.4 }));
    }

    /// <summary>Statistics, page sizes and nulls change nothing: the filter agrees with a plain loop over the values.</summary>
    [Fact]
    public void What_is_excluded_is_what_a_plain_loop_excludes() => Gen.Select(
        Gen.Int[1, 300], Gen.Int[1, 200], Gen.Double[0, 1].Nullable(), Gen.Int[1, 100].Nullable(), Gen.OneOf(Values).Array[0, 3], Gen.Int).Sample(
        (rows, rowsPerGroup, least, side, nsfw, seed) =>
        {
            var random = new Random(seed);
            T? Maybe<T>(T value)
                where T : struct => random.Next(10) == 0 ? null : value;
            var (floor, spread) = (random.NextDouble(), random.NextDouble());
            var captions = Enumerable.Range(0, rows).Select(i => $"c{i}").ToArray();
            var scores = captions.Select(_ => Maybe(floor + (spread * random.NextDouble()))).ToArray();
            var widths = captions.Select(_ => Maybe(random.Next(20, 120))).ToArray();
            var heights = captions.Select(_ => Maybe((double)random.Next(20, 120))).ToArray();
            var words = captions.Select(_ => Values[random.Next(Values.Length)]).ToArray();
            using var properties = ParquetFixture.Build(builder => builder.DataPagesize(256).WriteBatchSize(8));
            var path = _files.Write(
                $"{seed}.parquet", properties, rowsPerGroup, ("URL", captions), ("TEXT", captions), ("similarity", scores), ("WIDTH", widths), ("HEIGHT", heights), ("NSFW", words));
            var wanted = nsfw.Select(word => word ?? "").ToArray();

            var (read, counts) = Read(path, new MetadataOptions { MinSimilarity = least, MinSidePixels = side, Nsfw = wanted });
            File.Delete(path);

            var similar = Enumerable.Range(0, rows).Where(i => least is null || scores[i] >= least).ToList();
            var large = similar.Where(i => side is null || (widths[i] >= side && heights[i] >= side)).ToList();
            var kept = large.Where(i => wanted.Length == 0 || wanted.Contains(words[i] ?? "", StringComparer.OrdinalIgnoreCase)).ToList();
            read.Select(row => row.Caption).ShouldBe(kept.Select(i => captions[i]));
            counts[Reason.SimilarityExcluded].ShouldBe(rows - similar.Count);
            counts[Reason.SizeExcluded].ShouldBe(similar.Count - large.Count);
            counts[Reason.NsfwExcluded].ShouldBe(large.Count - kept.Count);
        },
        iter: 100,
        threads: 1);

    private static (List<LaionRow> Rows, UnitCounts Counts) Read(string path, MetadataOptions options) =>
        ParquetFixture.Read(LaionFile.Open(path, TestContext.Current.CancellationToken), new ScanFilter(Metadata: options));
}
