using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using CsCheck;
using Memorization.Flow;
using Memorization.Rows;
using ParquetSharp;
using Shouldly;
using Xunit;
using Encoding = System.Text.Encoding;

namespace Memorization.Tests.Rows;

public sealed class LaionReaderTests : IDisposable
{
    private readonly ParquetFixture _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("", true)]
    [InlineData(" \t\r\n\u00A0\u3000\u2028", true)]
    [InlineData(" a", false)]
    [InlineData("\0", false)]
    [InlineData("\u200B", false)]
    public void Blank_is_empty_or_white_space(string caption, bool blank) =>
        LaionReader.IsBlank(Encoding.UTF8.GetBytes(caption)).ShouldBe(blank);

    [Fact]
    public void Bytes_that_are_no_UTF8_are_not_blank() => LaionReader.IsBlank([(byte)' ', 0xFF]).ShouldBeFalse();

    [Fact]
    public void Every_column_of_LAION_400M_is_read_as_received()
    {
        var path = _files.Write(
            "a.parquet",
            ("SAMPLE_ID", new long?[] { 1, 2 }),
            ("URL", new[] { "http://a/?x=1&amp;y=2", "" }),
            ("TEXT", new[] { "&quot;Keep Calm&quot;", " Van Gogh\t" }),
            ("HEIGHT", new int?[] { 39580, null }),
            ("WIDTH", new int?[] { 100, -1 }),
            ("LICENSE", new[] { "?", "" }),
            ("NSFW", new[] { null, "UNLIKELY" }),
            ("similarity", new double?[] { 6016, null }));
        var file = LaionFile.Open(path, TestContext.Current.CancellationToken);

        ParquetFixture.Read(file).Rows.ShouldBe(
        [
            new LaionRow
            {
                Key = Key("http://a/?x=1&amp;y=2", "&quot;Keep Calm&quot;"), Unit = file.Unit(0), RowInGroup = 0,
                Url = "http://a/?x=1&amp;y=2", Caption = "&quot;Keep Calm&quot;",
                Width = 100, Height = 39580, Similarity = 6016, License = "?", Nsfw = null,
            },
            new LaionRow
            {
                Key = Key("", " Van Gogh\t"), Unit = file.Unit(0), RowInGroup = 1,
                Url = "", Caption = " Van Gogh\t", Width = -1, Height = null, Similarity = null, License = "", Nsfw = "UNLIKELY",
            },
        ]);
    }

    [Fact]
    public void Null_and_blank_captions_are_counted_and_not_emitted()
    {
        var captions = new[] { null, "", " \t\r\n", "\u00a0\u3000", "a", "\u00a0b" };
        var path = _files.Write("a.parquet", ("URL", captions.Select(_ => "u").ToArray()), ("TEXT", captions));

        var (rows, counts) = ParquetFixture.Read(LaionFile.Open(path, TestContext.Current.CancellationToken));

        rows.Select(row => row.RowInGroup).ShouldBe([4, 5]);
        (counts.Rows, counts[Reason.NoKeyword], counts[Reason.MissingCaption], counts.Emitted).ShouldBe((6, 0, 4, 2));
    }

    [Fact]
    public void A_null_URL_is_emitted_as_null_so_that_it_can_be_rejected_by_its_key()
    {
        var path = _files.Write("a.parquet", ("url", new string?[] { null, "u" }), ("caption", new[] { "a", "b" }));

        ParquetFixture.Read(path).Select(row => (row.Url, row.Key)).ShouldBe([(null, Key("", "a")), ("u", Key("u", "b"))]);
    }

    [Fact]
    public void A_caption_of_61192_characters_is_whole()
    {
        var caption = new string('é', 61192);
        var path = _files.Write("a.parquet", ("URL", new[] { "u" }), ("TEXT", new[] { caption }));

        ParquetFixture.Read(path).Single().Caption.ShouldBe(caption);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_replaced_in_the_text_and_kept_in_the_key()
    {
        byte[][] captions = [[(byte)'a', 0xff], [(byte)'a', 0xfe]];
        var path = _files.Write("a.parquet", ("URL", new[] { "u", "u" }), ("TEXT", captions));

        var rows = ParquetFixture.Read(path);

        rows.Select(row => row.Caption).ShouldBe(["a\ufffd", "a\ufffd"]);
        rows.Select(row => row.Key).ShouldBe(captions.Select(caption => Key("u"u8.ToArray(), caption)));
    }

    [Fact]
    public void The_same_URL_and_caption_have_one_key_in_whatever_file_and_place_they_are()
    {
        var first = _files.Write("a.parquet", ("URL", new[] { "x", "u" }), ("TEXT", new[] { "y", "c" }));
        var second = _files.Write("b.parquet", ("caption", new[] { "c" }), ("url", new[] { "u" }), ("width", new[] { 5 }));

        var a = ParquetFixture.Read(first)[1];
        var b = ParquetFixture.Read(second)[0];

        a.Key.ShouldBe(b.Key);
        a.Unit.ShouldNotBe(b.Unit);
    }

    [Fact]
    public void The_same_content_under_another_name_is_the_same_unit()
    {
        var path = _files.Write("a.parquet", ("URL", new[] { "u" }), ("TEXT", new[] { "c" }));
        var copy = _files.Bytes("b.parquet", File.ReadAllBytes(path));

        var unit = LaionFile.Open(copy, TestContext.Current.CancellationToken).Unit(0);

        unit.ShouldBe(LaionFile.Open(path, TestContext.Current.CancellationToken).Unit(0));
        unit.ToString().ShouldBe(Convert.ToHexStringLower(XxHash128.Hash(HashOfBlocks(path))) + ":0");
    }

    [Fact]
    public void The_predicate_sees_the_raw_bytes_of_every_caption_that_is_not_missing()
    {
        var captions = new[] { "Van Gogh", null, "cat", "Café" };
        var path = _files.Write("a.parquet", ("URL", captions.Select(_ => "u").ToArray()), ("TEXT", captions));
        List<string> seen = [];

        var (rows, counts) = ParquetFixture.Read(LaionFile.Open(path, TestContext.Current.CancellationToken), ParquetFixture.Where(utf8 =>
        {
            seen.Add(Encoding.UTF8.GetString(utf8));
            return utf8.StartsWith("V"u8);
        }));

        seen.ShouldBe(["Van Gogh", "cat", "Café"]);
        rows.Single().Caption.ShouldBe("Van Gogh");
        (counts.Rows, counts[Reason.NoKeyword], counts[Reason.MissingCaption], counts.Emitted).ShouldBe((4, 2, 1, 1));
    }

    /// <summary>The law of the scan: whatever the nulls, page sizes, row groups, encodings and hits, the reader agrees with a plain loop over the values.</summary>
    [Fact]
    public void What_is_read_is_what_was_written()
    {
        var seeds = Gen.Select(Gen.Int[0, 3000], Gen.Int[1, 1500], Gen.Int[0, 100], Gen.Int[1, 400], Gen.Bool, Gen.Int);
        seeds.Sample(
            (rows, rowsPerGroup, nullPercent, hitEvery, dictionary, seed) =>
            {
                var random = new Random(seed);
                bool IsNull() => random.Next(100) < nullPercent;
                var urls = Enumerable.Range(0, rows).Select(row => IsNull() ? null : $"http://{row}.test").ToArray();
                var captions = Enumerable.Range(0, rows).Select(row => IsNull() ? null : random.Next(hitEvery) == 0 ? $"hit {row % 50}" : $"miss {row % 70}").ToArray();
                var widths = Enumerable.Range(0, rows).Select(row => IsNull() ? (int?)null : row).ToArray();
                var scores = Enumerable.Range(0, rows).Select(row => IsNull() ? (double?)null : row / 8.0).ToArray();
                using var properties = ParquetFixture.Build(builder =>
                {
                    builder.Compression(Compression.Snappy).DataPagesize(512).WriteBatchSize(16);
                    if (!dictionary) builder.DisableDictionary();
                });
                var path = _files.Write($"{seed}-{rows}.parquet", properties, rowsPerGroup, ("URL", urls), ("TEXT", captions), ("WIDTH", widths), ("similarity", scores));

                var (read, counts) = ParquetFixture.Read(LaionFile.Open(path), new ScanFilter(new CaptionQuery(text => text.IndexOf("hit"u8), utf8 => utf8.StartsWith("hit"u8))));
                File.Delete(path);

                var wanted = Enumerable.Range(0, rows).Where(row => captions[row]?.StartsWith("hit", StringComparison.Ordinal) == true).ToList();
                read.Select(row => (row.Unit.RowGroup * rowsPerGroup) + row.RowInGroup).ShouldBe(wanted);
                read.Select(row => (row.Url, row.Caption, row.Width, row.Similarity))
                    .ShouldBe(wanted.Select(row => (urls[row], captions[row]!, widths[row], scores[row])));
                counts[Reason.MissingCaption].ShouldBe(captions.Count(caption => caption is null));
                counts[Reason.NoKeyword].ShouldBe(rows - counts[Reason.MissingCaption] - wanted.Count);
            },
            iter: 60,
            threads: 1);
    }

    [Fact]
    public void A_second_enumeration_starts_anew()
    {
        var path = _files.Write("a.parquet", ("URL", new[] { "u", "v" }), ("TEXT", new[] { "c", "d" }));
        var reader = new LaionReader(LaionFile.Open(path, TestContext.Current.CancellationToken), 0, new ScanFilter());

        var first = reader.Read(TestContext.Current.CancellationToken).ToList();

        reader.Read(TestContext.Current.CancellationToken).ShouldBe(first);
        (reader.Counts.Rows, reader.Counts.Emitted).ShouldBe((2, 2));
    }

    [Fact]
    public void Cancellation_ends_the_scan()
    {
        var path = _files.Write("a.parquet", ("URL", new[] { "u" }), ("TEXT", new[] { "c" }));
        var reader = new LaionReader(LaionFile.Open(path, TestContext.Current.CancellationToken), 0, new ScanFilter());

        Should.Throw<OperationCanceledException>(() => reader.Read(new CancellationToken(canceled: true)).ToList());
    }

    [Fact]
    public void The_thousand_real_rows_of_LAION_are_read()
    {
        var file = LaionFile.Open(SharedFolder.Path("corpora", "laion", "laion-1000.parquet"), TestContext.Current.CancellationToken);

        var (rows, counts) = ParquetFixture.Read(file);

        counts.Rows.ShouldBe(1000);
        rows.Count.ShouldBe(1000 - (int)counts[Reason.MissingCaption]);
        rows.ShouldAllBe(row => row.Url!.StartsWith("http", StringComparison.Ordinal));
        rows.ShouldAllBe(row => row.Key == Key(row.Url!, row.Caption));
    }

    // All the tests' files are of one block. The blocks' hashes are hashed as little-endian numbers.
    private static byte[] HashOfBlocks(string path) => [.. XxHash128.Hash(File.ReadAllBytes(path)).Reverse()];

    private static UInt128 Key(string url, string caption) => Key(Encoding.UTF8.GetBytes(url), Encoding.UTF8.GetBytes(caption));

    private static UInt128 Key(byte[] url, byte[] caption) =>
        BinaryPrimitives.ReadUInt128BigEndian(XxHash128.Hash([.. url, (byte)'\n', .. caption]));
}
