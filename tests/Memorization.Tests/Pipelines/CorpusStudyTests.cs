using System.Globalization;
using System.Text.Json;
using Memorization.Captions;
using Memorization.Clustering;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Urls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ParquetSharp;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>The same graph on real material.</summary>
public sealed class CorpusStudyTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_thousand_real_rows_of_LAION_pass_scan_URL_and_caption_with_a_funnel_that_adds_up()
    {
        var everything = new KeywordMatcher([]);
        var scan = new LaionScan([SharedFolder.Path("corpora", "laion", "laion-1000.parquet")], new ScanFilter(), 2, Serilog.Core.Logger.None);
        using var graph = new Graph(default, default);
        var ends = new List<RowEnd>();
        graph.Source<LaionRow>(StageName.Scan, scan.RunAsync)
            .Stage<LinkedRow>(StageName.Urls, new UrlPolicy(ResolveMap.Empty).RunAsync, new StageOptions())
            .Stage<SelectedRow>(StageName.Captions, new CaptionFilter(everything, new CaptionOptions()).RunAsync, new StageOptions(2))
            .Collect(StageName.Store, end => { if (end.Item is not UnitEnd) ends.Add(end); return ValueTask.FromResult<object?>(null); }, () => ValueTask.FromResult<object?>(null))
            .Sink(StageName.Cluster, (_, _) => ValueTask.CompletedTask);

        await graph.RunAsync();

        foreach (var stage in graph.Stages)
            output.WriteLine($"{stage.Stage}: {stage.In} in, {stage.Kept} kept, {string.Join(", ", stage.Reasons.Select(pair => $"{pair.Value} {pair.Key}"))}");
        Conservation.Breaches([.. graph.Stages.SkipLast(1)]).ShouldBeEmpty();
        graph.Stages[0].In.ShouldBe(1000);
        (ends.Count + graph.Stages[0].Rejected).ShouldBe(1000);
        ends.Count(end => end.Rejection is null).ShouldBeGreaterThan(900);
    }

    [Fact]
    public async Task Photographs_paintings_and_near_duplicates_fall_into_their_families_under_a_real_encoder()
    {
        var images = Images();
        await using var server = await ServeAsync(images);
        Write(images.Count);
        var study = new
        {
            input = new[] { "rows.parquet" },
            fetch = new { parallelism = 16, perHostConcurrency = 16, resolve = new Dictionary<string, string> { ["corpus.test"] = new Uri(server.Urls.First()).Authority } },
            model = new { path = SharedFolder.Path("corpora", "encoder", "mobilenetv2-035-imagenet-1280.onnx") },
            cluster = new { threshold = 0.90 },
        };
        File.WriteAllText(_folder.File("study.json"), JsonSerializer.Serialize(study));

        var run = await Program.RunAsync("run", _folder.File("study.json"), "--json", "--quiet");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Json().GetProperty("rows_stored").GetInt64().ShouldBe(images.Count);
        var query = await Program.RunAsync("query", _folder.File("study.json"), "SELECT url, family FROM images JOIN families USING (content_id)", "--json");
        var families = query.Json().EnumerateArray().ToDictionary(row => Number(row.GetProperty("url").GetString()!), row => row.GetProperty("family").GetString());
        var all = Score(images, families, _ => true);
        var resized = Score(images, families, image => image.Set == "caltech_resize");
        output.WriteLine($"all: precision {all.Precision:F4}, recall {all.Recall:F4}; resized: precision {resized.Precision:F4}, recall {resized.Recall:F4}");
        all.Precision.ShouldBeGreaterThanOrEqualTo(0.98);
        resized.Recall.ShouldBeGreaterThanOrEqualTo(0.99);
        all.Recall.ShouldBeGreaterThanOrEqualTo(0.60);
    }

    private static PairScore Score(List<Image> images, Dictionary<int, string?> families, Func<Image, bool> wanted)
    {
        var rows = images.Select((image, i) => (image, Family: families[i])).Where(row => wanted(row.image)).ToList();
        return PairScore.Compare([.. rows.Select(row => row.Family)], [.. rows.Select(row => row.image.Group)]);
    }

    /// <summary>Every image with its true group; photographs and paintings are taken to be alone.</summary>
    private static List<Image> Images()
    {
        var corpora = SharedFolder.Path("corpora");
        var truth = File.ReadLines(Path.Combine(corpora, "near-duplicate-truth.tsv")).Skip(1).Select(line => line.Split('\t'))
            .Select(field => new Image(Path.Combine(corpora, field[2]), field[0], $"{field[0]}/{field[1]}"));
        var alone = new[] { "flickr8k", "vangogh-kempers" }.SelectMany(set => Directory
            .EnumerateFiles(Path.Combine(corpora, "images", set), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".jpg" or ".png")
            .Order(StringComparer.Ordinal).Select(file => new Image(file, set, null)));
        return [.. truth, .. alone];
    }

    private static async Task<WebApplication> ServeAsync(List<Image> images)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/{number:int}", (int number) => Results.File(images[number].Path));
        await server.StartAsync();
        return server;
    }

    private void Write(int rows)
    {
        using var file = new ParquetFileWriter(_folder.File("rows.parquet"), [new Column<string>("URL"), new Column<string>("TEXT")]);
        using var group = file.AppendRowGroup();
        using (var urls = group.NextColumn().LogicalWriter<string>()) urls.WriteBatch([.. Enumerable.Range(0, rows).Select(i => $"http://corpus.test/{i}")]);
        using (var captions = group.NextColumn().LogicalWriter<string>()) captions.WriteBatch([.. Enumerable.Range(0, rows).Select(i => $"image {i}")]);
        file.Close();
    }

    private static int Number(string url) => int.Parse(url[(url.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture);

    private sealed record Image(string Path, string Set, string? Group);
}
