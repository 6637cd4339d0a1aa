using Memorization.Export;
using Memorization.Store;
using Memorization.Tests.Report;
using Memorization.Tests.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Export;

public sealed class TableExportTests : IDisposable
{
    private const string Awkward = "van gogh, \"Irises\"\r\nand a second line, ’äé 蘭";

    private readonly MadeStore _store = new();
    private readonly TemporaryFolder _out = new();

    public void Dispose()
    {
        _store.Dispose();
        _out.Dispose();
    }

    [Fact]
    public async Task Csv_has_every_row_of_the_study_by_key()
    {
        await _store.WriteAsync([new(2, 5, 1) { Caption = Awkward }, new(1, 5, 1) { Star = 5 }, new(3, 6, 2)], MadeRows.NotFound(9));

        (await ExportAsync("csv")).Files.ShouldBe([new("study.csv", 3)]);

        var five = MadeRows.Content(5);
        (await File.ReadAllTextAsync(_out.File("study.csv"))).ShouldBe(string.Concat(
            "row_key,url,caption,content_id,family,stable_id,star,similarity_to_leader,host\r\n",
            $"{Key(1)},http://host.test/1.jpg,van gogh,{five},{five},,{five},,host.test\r\n",
            $"{Key(2)},http://host.test/2.jpg,\"van gogh, \"\"Irises\"\"\r\nand a second line, ’äé 蘭\",{five},{five},,{five},,host.test\r\n",
            $"{Key(3)},http://host.test/3.jpg,van gogh,{MadeRows.Content(6)},{MadeRows.Content(6)},,,,host.test\r\n"));
    }

    [Fact]
    public async Task Python_reads_the_csv()
    {
        await _store.WriteAsync([new(1, 5, 1) { Caption = Awkward }, new(2, 6, 2)]);
        await ExportAsync("csv");

        (await Python.RunAsync("csv", """
            rows = list(csv.DictReader(open(sys.argv[1], encoding='utf-8', newline='')))
            print(len(rows), ascii(rows[0]['caption']), rows[1]['row_key'])
            """, _out.File("study.csv"))).ShouldBe($"2 'van gogh, \"Irises\"\\r\\nand a second line, \\u2019\\xe4\\xe9 \\u862d' {Key(2)}");
    }

    [Fact]
    public async Task Of_each_family_the_first_row_of_its_largest_star_s_leader_is_kept()
    {
        await _store.WriteAsync(
        [
            // The star of image 20 has three rows, that of image 10 two; the leader's own rows are 6 and 7.
            new(1, 10, 1) { Star = 10 }, new(2, 11, 1) { Star = 10 }, new(3, 21, 1) { Star = 20 }, new(7, 20, 1) { Star = 20 }, new(6, 20, 1) { Star = 20 },
            // A family without stars is one star, led by its smallest content.
            new(30, 30, 2), new(31, 31, 2),
            // Alone.
            new(40, 40, 3) { Star = 40 },
        ]);

        (await ExportAsync("keep-list")).Files.ShouldBe([new("keep.csv", 3), new("drop.csv", 5), new("effect.csv", 1)]);

        var smallest = string.CompareOrdinal(MadeRows.Content(30), MadeRows.Content(31)) < 0 ? 30 : 31;
        Keys("keep.csv").ShouldBe([Key(6), Key(smallest), Key(40)]);
        Keys("drop.csv").ShouldBe([Key(1), Key(2), Key(3), Key(7), Key(61 - smallest)]);
        File.ReadAllLines(_out.File("keep.csv"))[0].ShouldBe("row_key,url,caption,caption_sha256,family");
    }

    [Fact]
    public async Task Of_stars_of_one_size_that_with_the_smallest_leader_is_kept_and_a_leader_without_rows_is_stood_for()
    {
        await _store.WriteAsync([new(1, 1, 1) { Star = 1 }, new(2, 2, 1) { Star = 2 }, new(3, 4, 2) { Star = 5 }, new(4, 6, 2) { Star = 5 }]);
        await ExportAsync("keep-list");

        Keys("keep.csv").ShouldBe([Key(string.CompareOrdinal(MadeRows.Content(1), MadeRows.Content(2)) < 0 ? 1 : 2), Key(3)]);
    }

    [Fact]
    public async Task A_study_without_copies_drops_nothing()
    {
        await _store.WriteAsync([new(1, 1, 1), new(2, 2, 2)]);
        await ExportAsync("keep-list");

        (await File.ReadAllTextAsync(_out.File("drop.csv"))).ShouldBe("row_key,url,caption,caption_sha256,family\r\n");
    }

    [Fact]
    public async Task An_export_that_is_stopped_leaves_no_file()
    {
        await _store.WriteAsync([new(1, 1, 1)]);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        foreach (var format in new[] { "csv", "keep-list", "clip-retrieval" })
        {
            using var database = await _store.OpenAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => ExportFolder.WriteAsync(format, _store.Path, _store.Study, database, _out.Path, stop.Token));
        }

        Directory.GetFiles(_out.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_the_users_to_mend()
    {
        await _store.WriteAsync([new(1, 1, 1)]);
        await File.WriteAllTextAsync(_out.File("file"), "not a folder");
        using var database = await _store.OpenAsync();

        (await Should.ThrowAsync<Memorization.Configuration.SetupException>(() => ExportFolder.WriteAsync("csv", _store.Path, _store.Study, database, _out.File("file", "below"), default)))
            .Message.ShouldStartWith("cannot write");
    }

    private async Task<Exported> ExportAsync(string format)
    {
        using var database = await _store.OpenAsync();
        return await ExportFolder.WriteAsync(format, _store.Path, _store.Study, database, _out.Path, default);
    }

    private IEnumerable<string> Keys(string file) => File.ReadAllLines(_out.File(file)).Skip(1).Select(line => line.Split(',')[0]);

    private static string Key(int number) => KnownRowsQuery.Text(MadeRows.Row(number).Key);
}
