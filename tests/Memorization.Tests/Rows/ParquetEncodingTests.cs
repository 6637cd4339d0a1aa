using Memorization.Rows;
using Parquet;
using Parquet.Schema;
using ParquetSharp;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Rows;

public sealed class ParquetEncodingTests : IDisposable
{
    private const int Rows = 1000;

    private static readonly string?[] Urls = [.. Enumerable.Range(0, Rows).Select(row => row % 7 == 0 ? null : $"http://{row % 40}.test/é")];
    private static readonly string[] Captions = [.. Enumerable.Range(0, Rows).Select(row => $"caption {row % 30} of {row}")];

    private readonly ParquetFixture _files = new();

    public void Dispose() => _files.Dispose();

    public static TheoryData<Compression, Encoding, ParquetDataPageVersion> Formats => new MatrixTheoryData<Compression, Encoding, ParquetDataPageVersion>(
        [Compression.Uncompressed, Compression.Snappy, Compression.Gzip, Compression.Zstd, Compression.Brotli, Compression.Lz4],
        [Encoding.Plain, Encoding.RleDictionary, Encoding.DeltaByteArray, Encoding.DeltaLengthByteArray],
        [ParquetDataPageVersion.V1, ParquetDataPageVersion.V2]);

    [Theory]
    [MemberData(nameof(Formats))]
    public void Text_is_read_in_every_compression_encoding_and_page_version(Compression compression, Encoding encoding, ParquetDataPageVersion pages)
    {
        using var properties = ParquetFixture.Build(builder =>
        {
            builder.Compression(compression).DataPageVersion(pages).DataPagesize(2048);
            if (encoding != Encoding.RleDictionary) builder.DisableDictionary().Encoding("URL", encoding).Encoding("TEXT", encoding);
        });
        var path = _files.Write("a.parquet", properties, rowsPerGroup: 400, ("URL", Urls), ("TEXT", Captions));

        ParquetFixture.Read(path).Select(row => (row.Url, row.Caption)).ShouldBe(Urls.Zip(Captions));
    }

    [Fact]
    public async Task A_file_of_another_writer_is_read_with_and_without_the_UTF8_annotation()
    {
        DataField url = new DataField<string>("URL"), text = new DataField<byte[]>("TEXT"), width = new DataField<double?>("WIDTH");
        await using (var stream = File.Create(_files.Path("a.parquet")))
        await using (var writer = await ParquetWriter.CreateAsync(new ParquetSchema(url, text, width), stream, cancellationToken: TestContext.Current.CancellationToken))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(url, Urls!);
            await group.WriteAsync(text, Captions.Select(System.Text.Encoding.UTF8.GetBytes).ToArray());
            await group.WriteAsync<double>(
                width, Enumerable.Range(0, Rows).Select(row => row % 3 == 0 ? (double?)null : row).ToArray(), cancellationToken: TestContext.Current.CancellationToken);
        }

        ParquetFixture.Read(_files.Path("a.parquet")).Select(row => (row.Url, row.Caption, row.Width))
            .ShouldBe(Urls.Zip(Captions).Select((row, i) => (row.First, row.Second, i % 3 == 0 ? (int?)null : i)));
    }
}
