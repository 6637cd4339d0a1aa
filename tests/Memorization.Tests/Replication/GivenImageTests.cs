using System.Formats.Tar;
using System.Text;
using DuckDB.NET.Data;
using Memorization.Configuration;
using Memorization.Images;
using Memorization.Replication.Scoring;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Replication;

public sealed class GivenImageTests : IDisposable
{
    private static readonly byte[] Png = PngFile.Encode(1, 1, [1, 2, 3], [new("prompt", "a cat"), new("seed", "42")]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folders_images_have_the_caption_in_them_or_beside_them()
    {
        File.WriteAllBytes(_folder.File("b.png"), Png);
        Directory.CreateDirectory(_folder.File("a"));
        File.WriteAllBytes(_folder.File("a", "x.JPG"), [0xFF, 0xD8]);
        File.WriteAllText(_folder.File("a", "x.txt"), "a dog\n");
        File.WriteAllBytes(_folder.File("c.webp"), [1]);
        File.WriteAllText(_folder.File("probes.jsonl"), "{}");
        GivenImage.Read(_folder.Path).Select(image => (image.Name, image.Caption, image.Seed)).ShouldBe([("a/x.JPG", "a dog", null), ("b.png", "a cat", 42), ("c.webp", null, null)]);
    }

    [Fact]
    public void A_shards_samples_have_their_members()
    {
        using (var stream = File.Create(_folder.File("00000.tar")))
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar))
        {
            Add("0001.txt", "a dog");
            Add("0001.jpg", "one");
            Add("0002.json", """{"prompt": "a cat", "seed": 7, "other": [1]}""");
            Add("0002.seg.png", "two");
            Add("0003.txt", "no image");
            Add("d/0004.json", "no JSON");
            Add("d/0004.png", "four");

            void Add(string name, string text) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        GivenImage.Read(_folder.Path).Select(image => (image.Name, image.Caption, image.Seed, Encoding.UTF8.GetString(image.Bytes))).ShouldBe(
            [("00000.tar/0001", "a dog", null, "one"), ("00000.tar/0002", "a cat", 7, "two"), ("00000.tar/d/0004", null, null, "four")]);
        File.WriteAllText(_folder.File("00000.tar"), new string('x', 600));
        Should.Throw<SetupException>(() => GivenImage.Read(_folder.Path).ToList()).Message.ShouldContain("is not a tar that can be read");
    }

    [Fact]
    public void Of_wanted_images_alone_the_files_are_read()
    {
        Directory.CreateDirectory(_folder.File("a"));
        File.WriteAllBytes(_folder.File("a", "b.png"), Png);
        File.WriteAllBytes(_folder.File("c.png"), Png);
        File.WriteAllText(_folder.File("broken.tar"), new string('x', 600));
        GivenImage.Read(_folder.Path, new HashSet<string> { "a/b.png", "not.png" }).Select(image => image.Name).ShouldBe(["a/b.png"]);
        Should.Throw<SetupException>(() => GivenImage.Read(_folder.Path, new HashSet<string> { "broken.tar/0001" }).ToList());
    }

    [Theory]
    [InlineData("image", "{'bytes': 'abc'::BLOB, 'path': 'x'}", "prompt")]
    [InlineData("jpg", "'abc'::BLOB", "caption")]
    public void Parquet_rows_have_their_columns(string column, string value, string caption)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            COPY (SELECT * FROM (VALUES ({value}, 'a cat', 3), (NULL, 'none', 4), ({value}, NULL, NULL)) t("{column}", {caption}, seed)) TO '{_folder.File("x.parquet")}' (FORMAT parquet)
            """;
        command.ExecuteNonQuery();
        GivenImage.Read(_folder.File("x.parquet")).Select(image => (image.Name, image.Caption, image.Seed, Encoding.UTF8.GetString(image.Bytes)))
            .ShouldBe([("x.parquet/0", "a cat", 3, "abc"), ("x.parquet/2", null, null, "abc")]);
    }

    [Fact]
    public void What_cannot_be_read_is_named()
    {
        Should.Throw<SetupException>(() => GivenImage.Read(_folder.File("none"))).Message.ShouldStartWith("there is no folder or file");
        File.WriteAllText(_folder.File("x.parquet"), "nothing");
        Should.Throw<SetupException>(() => GivenImage.Read(_folder.Path).ToList()).Message.ShouldContain("is not a Parquet file that can be read");
    }
}
