using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Memorization.Configuration;
using Memorization.Export;
using Memorization.Store;
using Memorization.Tests.Images;
using Memorization.Tests.Report;
using Memorization.Tests.Store;
using Memorization.Tests.Store.Blobs;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Export;

public sealed class WebDatasetExportTests : IDisposable
{
    private static readonly byte[] Jpeg = Encoded.ByEncoder(SKEncodedImageFormat.Jpeg, 16, 8);
    private static readonly byte[] Png = Encoded.ByEncoder(SKEncodedImageFormat.Png, 3, 5);

    private readonly MadeStore _store = new();
    private readonly TemporaryFolder _out = new();

    public void Dispose()
    {
        _store.Dispose();
        _out.Dispose();
    }

    [Fact]
    public async Task A_sample_is_the_image_as_received_its_caption_and_what_is_known_of_it()
    {
        var places = await BlobShardTests.PublishAsync(_store.Path, 0, [Jpeg, Png]);

        var exported = await ExportAsync([Stored(1, Jpeg, places[0]) with { Width = 16, Height = 8, Family = "f" }, Stored(2, Png, places[1])]);

        (exported.Rows, exported.WithoutBytes).ShouldBe((2, 0));
        exported.Files.ShouldBe([new("00000.tar", 2), new("00000.parquet", 2)]);
        var members = Members("00000.tar");
        members.Select(member => member.Name).ShouldBe(
            ["000000000.jpg", "000000000.txt", "000000000.json", "000000001.png", "000000001.txt", "000000001.json"]);
        members[0].Bytes.ShouldBe(Jpeg);
        members[3].Bytes.ShouldBe(Png);
        Encoding.UTF8.GetString(members[1].Bytes).ShouldBe("“caption” 1");
        Encoding.UTF8.GetString(members[2].Bytes).ShouldBe(
            $$"""{"key":"000000000","status":"success","error_message":null,"width":16,"height":8,"original_width":16,"original_height":8,"sha256":"{{BlobShardTests.Id(Jpeg)}}","caption":"“caption” 1","url":"http://host.test/1.jpg","row_key":"1","family":"f"}""");
    }

    [Fact]
    public async Task Rows_without_an_image_take_a_key_and_a_line_that_says_why()
    {
        var places = await BlobShardTests.PublishAsync(_store.Path, 0, [Jpeg]);

        var exported = await ExportAsync(
        [
            new SampleRow("1", "http://host.test/1.jpg", "a") { Reason = "NotFound", Detail = "HTTP 404" },
            new SampleRow("2", null, "b") { Reason = "TruncatedImage", ContentId = "c" },
            Stored(3, Jpeg, null),
            Stored(4, Jpeg, places[0]),
            new SampleRow("5", "u", "e") { Reason = "SomethingNewer" },
        ]);

        (exported.Rows, exported.WithoutBytes).ShouldBe((5, 1));
        exported.Files.ShouldBe([new("00000.tar", 1), new("00000.parquet", 5)]);
        Members("00000.tar").Select(member => member.Name).ShouldBe(["000000003.jpg", "000000003.txt", "000000003.json"]);
        (await SamplesAsync("00000.parquet")).Select(sample => $"{sample.Key} {sample.Status} {sample.ErrorMessage ?? "-"}").ShouldBe(
        [
            "000000000 failed_to_download NotFound: HTTP 404",
            "000000001 failed_to_resize TruncatedImage",
            "000000002 failed_to_download bytes not kept",
            "000000003 success -",
            "000000004 failed_to_download SomethingNewer",
        ]);
    }

    [Fact]
    public async Task Shards_end_after_their_number_of_rows_and_keys_say_shard_and_place()
    {
        var places = await BlobShardTests.PublishAsync(_store.Path, 0, [Jpeg]);
        File.WriteAllText(_out.File("00009.tar"), "of an earlier export");
        File.WriteAllText(_out.File("notes.txt"), "mine");

        var exported = await ExportAsync(
            [.. Enumerable.Range(0, 9).Select(i => i is >= 4 and < 8 ? new SampleRow("r", "u", "c") { Reason = "Gone" } : Stored(i, Jpeg, places[0]))], shardRows: 4);

        exported.Files.ShouldBe([new("00000.tar", 4), new("00000.parquet", 4), new("00001.tar", 0), new("00001.parquet", 4), new("00002.tar", 1), new("00002.parquet", 1)]);
        Directory.GetFiles(_out.Path).Length.ShouldBe(7);
        Members("00001.tar").ShouldBeEmpty();
        Members("00002.tar")[0].Name.ShouldBe("000020000.jpg");
        (await SamplesAsync("00001.parquet")).Select(sample => sample.Key).ShouldBe(["000010000", "000010001", "000010002", "000010003"]);
    }

    [Fact]
    public async Task Bytes_that_are_not_those_that_were_stored_are_an_error_and_leave_no_shard()
    {
        var places = await BlobShardTests.PublishAsync(_store.Path, 0, [Jpeg, Png]);

        (await Should.ThrowAsync<SetupException>(() => ExportAsync([Stored(1, Jpeg, places[0]), Stored(2, Jpeg, places[1])]))).Message.ShouldContain("restore the shard from a copy");

        Directory.GetFiles(_out.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task Python_reads_the_samples_as_WebDataset_groups_them()
    {
        byte[][] images = [Jpeg, Png, [.. Encoded.ByEncoder(SKEncodedImageFormat.Webp, 4, 4)]];
        var places = await BlobShardTests.PublishAsync(_store.Path, 0, images);
        await ExportAsync([.. Enumerable.Range(0, 90).Select(i => Stored(i, images[i % 3], places[i % 3]))], shardRows: 50);

        var found = await Python.RunAsync("tarfile, hashlib, json", """
            samples = {}
            for shard in sys.argv[1:]:
                with tarfile.open(shard, 'r|') as tar:
                    for member in tar:
                        key, ext = member.name.split('.', 1)
                        samples.setdefault(key, {})[ext] = tar.extractfile(member).read()
            for key, sample in samples.items():
                about = json.loads(sample.pop('json'))
                assert about['caption'] == sample.pop('txt').decode(), key
                [(ext, image)] = sample.items()
                assert about['sha256'] == hashlib.sha256(image).hexdigest() and about['key'] == key
            print(len(samples), min(samples), max(samples))
            """, _out.File("00000.tar"), _out.File("00001.tar"));
        found.ShouldBe("90 000000000 000010039");
    }

    [Fact]
    public async Task The_rows_come_from_the_snapshot_whichever_row_of_an_image_has_its_bytes()
    {
        await _store.WriteAsync([new(1, 1, 1), new(2, 1, 1), new(3, 3, 1)], MadeRows.NotFound(4), MadeRows.CaptionTooLong(5));
        var place = (await BlobShardTests.PublishAsync(_store.Path, 3, [Encoding.UTF8.GetBytes("content 1")]))[0];
        using var database = await _store.OpenAsync();
        AddPlaces(database, $"CASE WHEN row_key LIKE '%3' THEN '{place.Shard}' END", place);

        var exported = await ExportFolder.WriteAsync("webdataset", _store.Path, _store.Study, database, _out.Path, default);

        (exported.Rows, exported.WithoutBytes).ShouldBe((4, 1));
        exported.Files.ShouldBe([new("00000.tar", 2), new("00000.parquet", 4)]);
        (await SamplesAsync("00000.parquet")).Select(sample => $"{sample.RowKey[31]} {sample.Status} {sample.Width} {sample.Family is not null} {sample.ErrorMessage}").ShouldBe(
            ["2 success 640 True ", "3 success 640 True ", "4 failed_to_download 640 True bytes not kept", "5 failed_to_download  False NotFound: HTTP 404"]);
        JsonDocument.Parse(Members("00000.tar")[2].Bytes).RootElement.GetProperty("sha256").GetString().ShouldBe(MadeRows.Content(1));
    }

    [Fact]
    public async Task A_store_without_bytes_names_the_option_that_keeps_them()
    {
        await _store.WriteAsync([new(1, 1, 1)]);
        using var database = await _store.OpenAsync();
        await ShouldFailAsync();
        AddPlaces(database, "NULL::VARCHAR", default);
        await ShouldFailAsync();

        async Task ShouldFailAsync() =>
            (await Should.ThrowAsync<SetupException>(() => ExportFolder.WriteAsync("webdataset", _store.Path, _store.Study, database, _out.Path, default))).Message.ShouldContain("store.images=original");
    }

    // The view images with the columns of stores that keep bytes.
    private static void AddPlaces(StoreDatabase database, string shard, BlobPlace place)
    {
        database.Query("ALTER VIEW images RENAME TO images_before");
        database.Query(string.Create(CultureInfo.InvariantCulture, $"""
            CREATE VIEW images AS SELECT row_key, url, outcome, reason, detail, content_id, format, width, height, host,
            {shard} AS blob, {place.Offset}::BIGINT AS "offset", {place.Length}::BIGINT AS length FROM images_before
            """));
    }

    private static SampleRow Stored(int number, byte[] image, BlobPlace? place) => new(
        number.ToString(CultureInfo.InvariantCulture), $"http://host.test/{number}.jpg", $"“caption” {number}")
    {
        ContentId = BlobShardTests.Id(image),
        Place = place,
    };

    private async Task<Exported> ExportAsync(IEnumerable<SampleRow> rows, int shardRows = WebDatasetExport.MostShardRows)
    {
        using var blobs = new BlobReader(_store.Path);
        return await WebDatasetExport.WriteAsync(rows, blobs, _out.Path, default, shardRows);
    }

    private List<(string Name, byte[] Bytes)> Members(string shard)
    {
        using var tar = new TarReader(File.OpenRead(_out.File(shard)));
        var members = new List<(string, byte[])>();
        while (tar.GetNextEntry(copyData: true) is { } entry) members.Add((entry.Name, ((MemoryStream?)entry.DataStream)?.ToArray() ?? []));
        return members;
    }

    private Task<IReadOnlyList<Sample>> SamplesAsync(string name) => TableFile.ReadAsync<Sample>(_out.File(name));
}
