using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

public sealed class ExportVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_demo_s_study_is_exported_in_every_format()
    {
        var demo = _folder.File("demo");
        (await Program.RunAsync("demo", "--rows", "1000", "--out", demo, "--set", "store.images=original", "--quiet")).ExitCode.ShouldBe(0);
        var study = Path.Combine(demo, "study.json");

        var vectors = (await Program.RunAsync("export", study, "--format", "clip-retrieval", "--out", _folder.File("vectors"), "--json")).Json();
        var rows = vectors.GetProperty("rows").GetInt64();
        rows.ShouldBeGreaterThan(800);
        vectors.GetProperty("format").GetString().ShouldBe("clip-retrieval");
        vectors.GetProperty("files").EnumerateArray().Select(file => (file.GetProperty("file").GetString(), file.GetProperty("rows").GetInt64()))
            .ShouldBe([("img_emb/img_emb_0.npy", rows), ("metadata/metadata_0.parquet", rows)]);
        (await Python.RunAsync("numpy", "print(numpy.load(sys.argv[1], mmap_mode='r').shape[0])", _folder.File("vectors", "img_emb", "img_emb_0.npy"))).ShouldBe($"{rows}");

        (await Program.RunAsync("export", study, "--format", "csv", "--out", _folder.File("table"))).Output.ShouldContain("study.csv");
        File.ReadAllLines(_folder.File("table", "study.csv")).Length.ShouldBe((int)rows + 1);

        var list = (await Program.RunAsync("export", study, "--format", "keep-list", "--out", _folder.File("list"), "--json")).Json();
        list.GetProperty("files").EnumerateArray().Where(file => file.GetProperty("file").GetString() != "effect.csv").Sum(file => file.GetProperty("rows").GetInt64()).ShouldBe(rows);
        Directory.GetFileSystemEntries(_folder.File("list")).Length.ShouldBe(3);
        list.GetProperty("effect").GetProperty("dropped").GetInt64().ShouldBe(File.ReadAllLines(_folder.File("list", "drop.csv")).Length - 1);

        var images = await Program.RunAsync("export", study, "--format", "webdataset", "--out", _folder.File("images"), "--json");
        images.Error.ShouldBeEmpty();
        images.Json().GetProperty("rows").GetInt64().ShouldBeGreaterThan(rows); // those that failed have their lines
        images.Json().GetProperty("files").EnumerateArray().Select(file => (file.GetProperty("file").GetString(), file.GetProperty("rows").GetInt64()))
            .ShouldBe([("00000.tar", rows), ("00000.parquet", images.Json().GetProperty("rows").GetInt64())]);
        (await Python.RunAsync("tarfile, hashlib, json", """
            tar = tarfile.open(sys.argv[1], 'r:')
            good = 0
            while image := tar.next():
                caption, about = tar.next(), json.load(tar.extractfile(tar.next()))
                good += hashlib.sha256(tar.extractfile(image).read()).hexdigest() == about['sha256']
            print(good)
            """, _folder.File("images", "00000.tar"))).ShouldBe($"{rows}");
    }

    [Fact]
    public async Task What_is_missing_or_wrong_is_one_line()
    {
        (await Program.RunAsync("export", "study.json", "--out", "x")).UserError().ShouldContain("--format");
        (await Program.RunAsync("export", "study.json", "--format", "zip", "--out", "x")).UserError().ShouldContain("zip");
        (await Program.RunAsync("export", "study.json", "--format", "csv")).UserError().ShouldContain("--out");
    }
}
