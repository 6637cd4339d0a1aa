using Memorization.Configuration;
using Memorization.Export;
using Memorization.Store;
using Memorization.Tests.Report;
using Memorization.Tests.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Export;

public sealed class ClipRetrievalExportTests : IDisposable
{
    private readonly MadeStore _store = new();
    private readonly TemporaryFolder _out = new();

    public void Dispose()
    {
        _store.Dispose();
        _out.Dispose();
    }

    [Fact]
    public async Task Every_row_of_the_study_has_its_embedding_and_its_metadata_in_the_same_place()
    {
        await _store.WriteAsync([.. Enumerable.Range(0, 40).Select(i => new MadeRow(i, i % 7, i % 7 % 3) { Caption = $"caption {i}" })], MadeRows.NotFound(90), MadeRows.CaptionTooLong(91));

        var exported = await ExportAsync();

        (exported.Format, exported.Rows).ShouldBe(("clip-retrieval", 40));
        exported.Files.ShouldBe([new("img_emb/img_emb_0.npy", 40), new("metadata/metadata_0.parquet", 40)]);
        var vectors = NpyReader.ReadHalves(_out.File("img_emb", "img_emb_0.npy"));
        var rows = await MetadataAsync("metadata_0.parquet");
        rows.Select(row => row.RowKey).ShouldBe(rows.Select(row => row.RowKey).Order(StringComparer.Ordinal));
        for (var i = 0; i < 40; i++)
        {
            var (number, content) = (Number(rows[i]), Number(rows[i]) % 7);
            vectors[i].ToArray().ShouldBe([(Half)Math.Cos(content * 0.5), (Half)Math.Sin(content * 0.5)]);
            rows[i].ShouldSatisfyAllConditions(
                row => row.Caption.ShouldBe($"caption {number}"),
                row => row.Url.ShouldBe($"http://host.test/{number}.jpg"),
                row => row.ContentId.ShouldBe(MadeRows.Content(content)),
                row => row.ImagePath.ShouldBe(MadeRows.Content(content) + ".png"),
                row => row.Family.Length.ShouldBe(64),
                row => (row.Width, row.Height).ShouldBe((640, 480)));
        }
    }

    [Fact]
    public async Task Parts_are_never_empty_and_their_names_sort_as_their_numbers()
    {
        await _store.WriteAsync([.. Enumerable.Range(0, 60).Select(i => new MadeRow(i, i, i))]);
        using var database = await _store.OpenAsync();

        await ClipRetrievalExport.WriteAsync(database, 60, _out.Path, default, partRows: 5);

        foreach (var (folder, name) in new[] { ("img_emb", "img_emb_{0}.npy"), ("metadata", "metadata_{0}.parquet") })
        {
            Directory.GetFiles(_out.File(folder)).Select(Path.GetFileName).Order(StringComparer.Ordinal)
                .ShouldBe(Enumerable.Range(0, 12).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, name, i.ToString("D2", System.Globalization.CultureInfo.InvariantCulture))));
        }

        var keys = new List<string>();
        for (var part = 0; part < 12; part++) keys.AddRange((await MetadataAsync($"metadata_{part:D2}.parquet")).Select(row => row.RowKey));
        keys.Distinct().Count().ShouldBe(60);
        keys.ShouldBe(keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task More_rows_than_a_row_group_holds_are_one_file()
    {
        await _store.WriteAsync([.. Enumerable.Range(0, 140_000).Select(i => new MadeRow(i, i % 50, 1))]);

        (await ExportAsync()).Files.ShouldBe([new("img_emb/img_emb_0.npy", 140_000), new("metadata/metadata_0.parquet", 140_000)]);

        var rows = await MetadataAsync("metadata_0.parquet");
        rows.Select(row => row.RowKey).Distinct().Count().ShouldBe(140_000);
        var vectors = NpyReader.ReadHalves(_out.File("img_emb", "img_emb_0.npy"));
        for (var i = 0; i < rows.Count; i += 997) vectors[i].Span[0].ShouldBe((Half)Math.Cos(Number(rows[i]) % 50 * 0.5));
    }

    [Fact]
    public async Task An_export_replaces_an_earlier_one_that_had_more_parts_and_touches_no_other_file()
    {
        await _store.WriteAsync([new(1, 1, 1), new(2, 2, 1)]);
        using (var database = await _store.OpenAsync()) await ClipRetrievalExport.WriteAsync(database, 2, _out.Path, default, partRows: 1);
        File.WriteAllText(_out.File("img_emb", "notes.txt"), "mine");
        File.WriteAllText(_out.File("img_emb", "img_emb_7.npy.tmp"), "left by a killed export");

        await ExportAsync();

        Directory.GetFiles(_out.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_out.Path, file)).Order(StringComparer.Ordinal)
            .ShouldBe([Path.Combine("img_emb", "img_emb_0.npy"), Path.Combine("img_emb", "notes.txt"), Path.Combine("metadata", "metadata_0.parquet")]);
    }

    [Fact]
    public async Task A_study_without_rows_is_an_error_and_writes_nothing()
    {
        await _store.WriteAsync([], MadeRows.NotFound(1));

        foreach (var format in ExportFolder.Formats)
        {
            using var database = await _store.OpenAsync();
            (await Should.ThrowAsync<SetupException>(() => ExportFolder.WriteAsync(format, _store.Path, _store.Study, database, _out.File("new"), default))).Message.ShouldStartWith("there is nothing to export");
        }

        Directory.Exists(_out.File("new")).ShouldBeFalse();
    }

    [Fact]
    public async Task Numpy_maps_the_embeddings_into_memory()
    {
        await _store.WriteAsync([.. Enumerable.Range(0, 1000).Select(i => new MadeRow(i, i, 1))]);
        await ExportAsync();

        (await Python.RunAsync("numpy", """
            a = numpy.load(sys.argv[1], mmap_mode='r')
            assert isinstance(a, numpy.memmap)
            print(a.shape, a.dtype, a.flags.c_contiguous, abs(numpy.linalg.norm(a.astype('f8'), axis=1) - 1).max() < 1e-3)
            """, _out.File("img_emb", "img_emb_0.npy"))).ShouldBe("(1000, 2) float16 True True");
    }

    private async Task<Exported> ExportAsync()
    {
        using var database = await _store.OpenAsync();
        return await ExportFolder.WriteAsync("clip-retrieval", _store.Path, _store.Study, database, _out.Path, default);
    }

    private Task<IReadOnlyList<ClipRetrievalRow>> MetadataAsync(string name) =>
        TableFile.ReadAsync<ClipRetrievalRow>(_out.File("metadata", name));

    private static int Number(ClipRetrievalRow row) => Convert.ToInt32(row.RowKey[24..], 16) - 1;
}
