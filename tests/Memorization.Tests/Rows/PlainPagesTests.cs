using CsCheck;
using Memorization.Rows;
using ParquetSharp;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Rows;

public sealed class PlainPagesTests : IDisposable
{
    private readonly ParquetFixture _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Chunks_of_plain_pages_are_found_and_others_are_left_to_the_library()
    {
        Chunks(builder => builder.Compression(Compression.Snappy).DisableDictionary()).ShouldAllBe(chunk => chunk != null && chunk.IsSnappy);
        Chunks(builder => builder.Compression(Compression.Uncompressed).DisableDictionary()).ShouldAllBe(chunk => chunk != null && !chunk.IsSnappy);
        Chunks(builder => builder.Compression(Compression.Gzip).DisableDictionary()).ShouldAllBe(chunk => chunk == null);
        Chunks(builder => builder.Compression(Compression.Snappy)).ShouldAllBe(chunk => chunk == null);
        Chunks(builder => builder.DisableDictionary().Encoding(ParquetSharp.Encoding.DeltaByteArray)).ShouldAllBe(chunk => chunk == null);
    }

    [Fact]
    public void Pages_before_the_row_are_passed_over()
    {
        var texts = Texts(3000);
        var path = Write(texts, builder => builder.DisableDictionary().DataPagesize(512).WriteBatchSize(16));
        using var pages = new PlainPages(path, PlainChunk.Find(path, [1])[0][0]!, isNullable: true);

        foreach (var row in new[] { 0, 1, 700, 701, 2999 })
        {
            pages.GoTo(row);
            var (start, length) = pages.Place(row);
            System.Text.Encoding.UTF8.GetString(pages.Page.Slice(start, length)).ShouldBe(texts[row]);
        }

        Should.Throw<InvalidDataException>(() => pages.GoTo(3000));
    }

    /// <summary>What the fast way cannot read, the library reads on from the same row.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Pages_of_version_2_or_with_checksums_are_read_all_the_same(bool version2, bool checksums)
    {
        var texts = Texts(2000);
        var path = Write(texts, builder =>
        {
            builder.DisableDictionary().DataPagesize(1024);
            if (version2) builder.DataPageVersion(ParquetDataPageVersion.V2);
            if (checksums) builder.EnablePageChecksum();
        });

        PlainChunk.Find(path, [1])[0][0].ShouldNotBeNull();
        ParquetFixture.Read(path).Select(row => row.Caption).ShouldBe(texts);
    }

    /// <summary>Nothing that lies in the bytes makes the fast way do anything but read or decline.</summary>
    [Fact]
    public void Whatever_byte_is_changed_a_page_is_read_or_declined()
    {
        var whole = File.ReadAllBytes(Write(Texts(400), builder => builder.Compression(Compression.Snappy).DisableDictionary().DataPagesize(512).WriteBatchSize(16)));
        var declined = 0;
        Gen.Select(Gen.Int[0, whole.Length - 1].Array[1, 3], Gen.Byte).Sample(
            (places, value) =>
            {
                var changed = (byte[])whole.Clone();
                foreach (var place in places) changed[place] ^= value;
                var path = _files.Bytes("changed.parquet", changed);
                foreach (var chunk in PlainChunk.Find(path, [0, 1]).SelectMany(group => group).OfType<PlainChunk>())
                {
                    try
                    {
                        using var pages = new PlainPages(path, chunk, isNullable: true);
                        for (var row = 0; row < 400; row++)
                        {
                            pages.GoTo(row);
                            var (start, length) = pages.Place(row);
                            if (length >= 0) pages.Page.Slice(start, length).Length.ShouldBe(length);
                        }
                    }
                    catch (InvalidDataException)
                    {
                        declined++;
                    }
                }
            },
            iter: 600,
            threads: 1);

        declined.ShouldBeGreaterThan(0);
    }

    private static string[] Texts(int count) => [.. Enumerable.Range(0, count).Select(i => $"text {i} {new string((char)('a' + (i % 26)), i % 60)}")];

    private PlainChunk?[] Chunks(Action<WriterPropertiesBuilder> configure) => PlainChunk.Find(Write(Texts(100), configure), [0, 1])[0];

    private string Write(string[] texts, Action<WriterPropertiesBuilder> configure)
    {
        using var properties = ParquetFixture.Build(configure);
        return _files.Write("a.parquet", properties, int.MaxValue, ("URL", texts), ("TEXT", texts));
    }
}
