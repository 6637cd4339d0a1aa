using Memorization.Rows;
using ParquetSharp;
using ParquetSharp.Schema;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Rows;

public sealed class LaionColumnsTests : IDisposable
{
    private static readonly string[] Urls = ["u"];
    private static readonly string[] Captions = ["c"];

    private readonly ParquetFixture _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("URL", "TEXT")]
    [InlineData("url", "caption")]
    [InlineData("Url", "text")]
    [InlineData("url", "alt")]
    [InlineData("uRL", "CAPTION")]
    public void Columns_are_found_by_every_name_in_any_case(string url, string caption)
    {
        var path = _files.Write("a.parquet", ("hash", new long[] { 7 }), (caption, Captions), (url, Urls), ("punsafe", new float?[] { 0.1f }));

        var row = ParquetFixture.Read(path).Single();

        (row.Url, row.Caption).ShouldBe(("u", "c"));
    }

    [Fact]
    public void TEXT_is_preferred_to_captions_that_a_release_added()
    {
        var path = _files.Write("a.parquet", ("alt", new[] { "x" }), ("caption", new[] { "y" }), ("text", Captions), ("url", Urls));

        ParquetFixture.Read(path).Single().Caption.ShouldBe("c");
    }

    [Fact]
    public void The_other_columns_are_found_in_any_case()
    {
        var path = _files.Write(
            "a.parquet", ("url", Urls), ("text", Captions), ("width", new[] { 3 }), ("height", new[] { 4 }),
            ("SIMILARITY", new[] { 0.5 }), ("license", new[] { "l" }), ("nsfw", new[] { "n" }));

        var row = ParquetFixture.Read(path).Single();

        (row.Width, row.Height, row.Similarity, row.License, row.Nsfw).ShouldBe((3, 4, 0.5, "l", "n"));
    }

    public static TheoryData<Array, int?, double?> Numbers => new()
    {
        { new[] { 7 }, 7, 7.0 },
        { new int?[] { null }, null, null },
        { new long[] { 7 }, 7, 7.0 },
        { new long?[] { long.MaxValue }, null, long.MaxValue },
        { new[] { 7.5f }, 7, 7.5 },
        { new float?[] { float.NaN }, null, null },
        { new[] { 512.0 }, 512, 512.0 },
        { new double?[] { double.NaN }, null, null },
        { new double?[] { double.PositiveInfinity }, null, null },
        { new[] { 3e9 }, null, 3e9 },
        { new[] { "512" }, null, null },
        { new[] { true }, null, null },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Numbers_of_every_type_are_read_and_what_is_no_number_is_null(Array values, int? pixels, double? similarity)
    {
        var path = _files.Write("a.parquet", ("URL", Urls), ("TEXT", Captions), ("WIDTH", values), ("HEIGHT", values), ("similarity", values));

        var row = ParquetFixture.Read(path).Single();

        (row.Width, row.Height, row.Similarity).ShouldBe((pixels, pixels, similarity));
    }

    [Fact]
    public void A_decimal_in_an_integer_is_not_taken_for_its_digits()
    {
        using var width = new PrimitiveNode("WIDTH", Repetition.Required, LogicalType.Decimal(9, 2), PhysicalType.Int32);
        var path = Physical("a.parquet", width, group =>
        {
            using var column = (ColumnWriter<int>)group.NextColumn();
            column.WriteBatch([512]);
        });

        ParquetFixture.Read(path).Single().Width.ShouldBeNull();
    }

    [Fact]
    public void A_license_that_is_no_text_is_null()
    {
        var path = _files.Write("a.parquet", ("URL", Urls), ("TEXT", Captions), ("LICENSE", new[] { 1 }));

        ParquetFixture.Read(path).Single().License.ShouldBeNull();
    }

    [Fact]
    public void A_file_without_a_URL_or_caption_column_is_refused_with_the_names_it_has()
    {
        Refused(_files.Write("a.parquet", ("TEXT", Captions), ("link", Urls)))
            .ShouldEndWith("a.parquet: no URL column: looked for URL in any case; the file has TEXT, link");
        Refused(_files.Write("b.parquet", ("URL", Urls), ("title", Captions)))
            .ShouldEndWith("b.parquet: no caption column: looked for TEXT, caption, alt in any case; the file has URL, title");
        Refused(_files.Write("c.parquet", [.. Enumerable.Range(0, 30).Select(i => ($"c{i}", (Array)Urls))])).ShouldEndWith("c19 and 10 more");
    }

    [Fact]
    public void A_caption_column_that_is_no_plain_text_is_refused()
    {
        Refused(_files.Write("a.parquet", ("URL", Urls), ("TEXT", new[] { new[] { "c" } })))
            .ShouldEndWith("a.parquet, column TEXT: it is nested or repeated; a plain text column is needed");
        Refused(_files.Write("b.parquet", ("URL", new[] { 1 }), ("TEXT", Captions)))
            .ShouldEndWith("b.parquet, column URL: it holds Int32 values; a plain text column is needed");
    }

    [Fact]
    public void A_column_name_cannot_break_the_line_of_a_message()
    {
        Refused(_files.Write("a.parquet", ("a\r\nb", Urls))).ShouldEndWith("the file has a  b");
    }

    private static string Refused(string path) =>
        Should.Throw<BrokenInputException>(() => LaionFile.Open(path, TestContext.Current.CancellationToken)).Message;

    private string Physical(string name, Node extra, Action<RowGroupWriter> write)
    {
        using var url = new PrimitiveNode("URL", Repetition.Required, LogicalType.None(), PhysicalType.ByteArray);
        using var text = new PrimitiveNode("TEXT", Repetition.Required, LogicalType.None(), PhysicalType.ByteArray);
        using var schema = new GroupNode("schema", Repetition.Required, [url, text, extra]);
        using var properties = ParquetFixture.Build(static _ => { });
        using var writer = new ParquetFileWriter(_files.Path(name), schema, properties);
        using (var group = writer.AppendRowGroup())
        {
            foreach (var value in new[] { "u"u8.ToArray(), "c"u8.ToArray() })
            {
                using var column = group.NextColumn();
                using var logical = column.LogicalWriter<byte[]>();
                logical.WriteBatch([value]);
            }

            write(group);
        }

        writer.Close();
        return _files.Path(name);
    }
}
