using System.Formats.Tar;
using System.IO.Compression;
using Memorization.Pipelines.Bench;
using Memorization.Rows;
using ParquetSharp;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Rows;

public sealed class BrokenInputTests : IDisposable
{
    private readonly ParquetFixture _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_missing_file_a_folder_and_what_is_not_Parquet_are_refused()
    {
        Refused(_files.Path("none.parquet")).ShouldBe($"cannot read {_files.Path("none.parquet")}: there is no such file");
        Refused(_files.Folder).ShouldBe($"cannot read {_files.Folder}: it is a folder");
        Refused(_files.Bytes("empty.parquet", [])).ShouldContain("size is 0 bytes");
        Refused(_files.Bytes("magic.parquet", "PAR1PAR1"u8.ToArray())).ShouldStartWith($"cannot read {_files.Path("magic.parquet")}: ");
        Refused(_files.Bytes("text.parquet", [.. Enumerable.Repeat((byte)'a', 5000)])).ShouldContain("magic bytes not found");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_encrypted_file_is_refused(bool plaintextFooter)
    {
        using var builder = new FileEncryptionPropertiesBuilder(new byte[16]);
        if (plaintextFooter) builder.SetPlaintextFooter();
        using var encryption = builder.Build();
        using var properties = ParquetFixture.Build(writer => writer.Encryption(encryption));
        var path = _files.Write("a.parquet", properties, 10, ("URL", new[] { "u" }), ("TEXT", new[] { "c" }));

        Should.Throw<BrokenInputException>(() => ParquetFixture.Read(path)).Message.ShouldContain("decrypt");
    }

    [Fact]
    public void A_corrupt_page_is_named_by_its_row_group_and_column_and_the_rows_before_it_are_read()
    {
        var captions = Enumerable.Range(0, 300).Select(row => $"caption {row}").ToArray();
        using var properties = ParquetFixture.Build(static builder => builder.Compression(ParquetSharp.Compression.Gzip).DisableDictionary());
        var path = _files.Write("a.parquet", properties, rowsPerGroup: 100, ("URL", captions), ("TEXT", captions));
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(SecondCaptionChunkMiddle(path), 20).Fill(0xee);
        var broken = LaionFile.Open(_files.Bytes("b.parquet", bytes), TestContext.Current.CancellationToken);

        var exception = Should.Throw<BrokenInputException>(() => new LaionReader(broken, 1, new ScanFilter()).Read(TestContext.Current.CancellationToken).ToList());

        exception.Message.ShouldStartWith($"cannot read {_files.Path("b.parquet")}, row group 1, column TEXT: ");
        (exception.File, exception.RowGroup, exception.Column).ShouldBe((_files.Path("b.parquet"), 1, "TEXT"));
        new LaionReader(broken, 0, new ScanFilter()).Read(TestContext.Current.CancellationToken).Count().ShouldBe(100);
        new LaionReader(broken, 2, new ScanFilter()).Read(TestContext.Current.CancellationToken).Count().ShouldBe(100);
    }

    [Fact]
    public void Whatever_bytes_are_cut_or_changed_the_rows_are_read_or_the_file_is_refused()
    {
        var random = new Random(7);
        var texts = Enumerable.Range(0, 900).Select(row => row % 11 == 0 ? null : $"text {random.Next(500)}").ToArray();
        var whole = File.ReadAllBytes(_files.Write(
            "whole.parquet", ParquetFixture.Build(static builder => builder.Compression(ParquetSharp.Compression.Snappy).DataPagesize(1024)), rowsPerGroup: 300,
            ("URL", texts), ("TEXT", texts), ("WIDTH", texts.Select((_, i) => (double?)i).ToArray()), ("NSFW", texts)));
        var refused = 0;
        for (var i = 0; i < 60; i++)
        {
            var cut = _files.Bytes("cut.parquet", whole[..random.Next(whole.Length)]);
            Should.Throw<BrokenInputException>(() => ParquetFixture.Read(cut)).Message.ShouldStartWith($"cannot read {cut}");
            var changed = (byte[])whole.Clone();
            changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            refused += IsRead(_files.Bytes("changed.parquet", changed)) ? 0 : 1;
        }

        refused.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_LAION_file_cut_at_any_of_200_places_is_refused()
    {
        MadeLaion.Write(_files.Path("whole.parquet"), rows: 5_000, seed: 3);
        var whole = File.ReadAllBytes(_files.Path("whole.parquet"));
        var random = new Random(11);
        for (var i = 0; i < 200; i++)
        {
            var cut = _files.Bytes("cut.parquet", whole[..random.Next(whole.Length)]);
            Should.Throw<BrokenInputException>(() => ParquetFixture.Read(cut)).Message.ShouldStartWith($"cannot read {cut}");
        }
    }

    [Fact]
    public void Bytes_changed_in_a_LAION_file_change_rows_or_are_refused()
    {
        MadeLaion.Write(_files.Path("whole.parquet"), rows: 2_000, seed: 3);
        var whole = File.ReadAllBytes(_files.Path("whole.parquet"));
        var random = new Random(12);
        var refused = 0;
        for (var i = 0; i < 100; i++)
        {
            var changed = (byte[])whole.Clone();
            for (var left = random.Next(1, 4); left > 0; left--) changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            refused += IsRead(_files.Bytes("changed.parquet", changed)) ? 0 : 1;
        }

        refused.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Every_file_of_the_Parquet_project_is_read_or_refused()
    {
        using (var archive = new GZipStream(File.OpenRead(SharedFolder.Path("corpora", "parquet", "parquet-testing.tar.gz")), CompressionMode.Decompress))
            TarFile.ExtractToDirectory(archive, _files.Folder, overwriteFiles: false);
        var columnsRead = 0;
        foreach (var path in Directory.EnumerateFiles(_files.Folder, "*.parquet", SearchOption.AllDirectories))
        {
            Refused(path).ShouldStartWith($"cannot read {path}");
            foreach (var (name, values) in TextColumns(path))
            {
                var names = new ColumnNames { Url = [name], Caption = [name], License = [name] };
                var read = IsRead(path, names, out var rows);
                read.ShouldBe(values is not null, $"{path} {name}");
                if (!read) continue;
                rows.Select(row => row.Caption).ShouldBe(values!.Where(value => !string.IsNullOrWhiteSpace(value)), $"{path} {name}");
                rows.ShouldAllBe(row => row.Url == row.Caption && row.License == row.Caption);
                columnsRead++;
            }
        }

        columnsRead.ShouldBeGreaterThan(50);
    }

    private static string Refused(string path) =>
        Should.Throw<BrokenInputException>(() => LaionFile.Open(path, TestContext.Current.CancellationToken)).Message;

    private static bool IsRead(string path) => IsRead(path, ColumnNames.Laion, out _);

    private static bool IsRead(string path, ColumnNames names, out List<LaionRow> rows)
    {
        try
        {
            rows = ParquetFixture.Read(LaionFile.Open(path, names, null, TestContext.Current.CancellationToken)).Rows;
            return true;
        }
        catch (BrokenInputException exception)
        {
            exception.Message.ShouldStartWith($"cannot read {path}");
            exception.Message.ShouldNotContain("\n");
            rows = [];
            return false;
        }
    }

    /// <summary>The plain byte-array columns as the library's own row-wise reader gives them; null where it cannot.</summary>
    private static List<(string Name, List<string?>? Values)> TextColumns(string path)
    {
        using var properties = ReaderProperties.GetDefaultReaderProperties();
        properties.EnablePageChecksumVerification();
        using var reader = new ParquetFileReader(path, properties);
        var schema = reader.FileMetaData.Schema;
        return [.. Enumerable.Range(0, schema.NumColumns)
            .Where(index => schema.Column(index) is { PhysicalType: PhysicalType.ByteArray, MaxRepetitionLevel: 0 } column && column.Path.ToDotVector().Length == 1)
            .Select(index => (schema.Column(index).Name, Values(reader, index)))];
    }

    private static List<string?>? Values(ParquetFileReader reader, int index)
    {
        List<string?> values = [];
        try
        {
            for (var group = 0; group < reader.FileMetaData.NumRowGroups; group++)
            {
                using var rows = reader.RowGroup(group);
                using var column = (ColumnReader<ByteArray>)rows.Column(index);
                var isNullable = column.ColumnDescriptor.MaxDefinitionLevel > 0;
                var (one, level) = (new ByteArray[1], new short[1]);
                for (var row = 0; row < rows.MetaData.NumRows; row++)
                {
                    column.ReadBatch(1, isNullable ? level : null, null, one, out var read);
                    values.Add(read == 0 ? null : Text(one[0]));
                }
            }

            return values;
        }
        catch (ParquetException)
        {
            return null;
        }
    }

    private static unsafe string Text(ByteArray bytes) =>
        System.Text.Encoding.UTF8.GetString(new ReadOnlySpan<byte>((void*)bytes.Pointer, bytes.Length));

    private static int SecondCaptionChunkMiddle(string path)
    {
        // Row groups follow each other, in each the URL chunk and the caption chunk; all six are of about one size.
        using var reader = new ParquetFileReader(path);
        long end = 4;
        for (var group = 0; group < 2; group++)
        {
            using var rows = reader.RowGroup(group);
            for (var column = 0; column < 2; column++)
            {
                using var chunk = rows.MetaData.GetColumnChunkMetaData(column);
                end += chunk.TotalCompressedSize;
                if (group == 1 && column == 1) return (int)(end - (chunk.TotalCompressedSize / 2));
            }
        }

        return -1;
    }
}
