using System.Globalization;
using System.Text.Json;
using Memorization.Flow;
using Memorization.Report;
using Memorization.Rows;
using Memorization.Tests.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Report;

public sealed class ReportDataTests : IDisposable
{
    private readonly MadeStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task The_figures_are_what_their_queries_say_and_what_was_put_in()
    {
        await _store.WriteAsync(
            [new(1, 1, 1), new(2, 1, 1), new(3, 3, 1), new(4, 4, 2)], MadeRows.NotFound(5), MadeRows.UnitEnds(emitted: 5, noKeyword: 40));

        var figures = (await _store.DataAsync()).Figures;

        figures.ToDictionary(figure => figure.Name, figure => figure.Value).ShouldBe(new Dictionary<string, long>
        {
            ["rows_read"] = 45,
            ["rows_kept"] = 4,
            ["images"] = 3,
            ["families"] = 2,
            ["families_of_two"] = 1,
            ["rows_in_families_of_two"] = 3,
        });
        using var database = await _store.OpenAsync();
        foreach (var figure in figures) Text(database.Query(figure.Sql).Rows.ShouldHaveSingleItem()[0]).ShouldBe(Text(figure.Value));
    }

    private static string? Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_funnel_adds_up_over_finished_and_unfinished_row_groups_and_a_row_met_again()
    {
        var open = new UnitId(8, 0);
        await _store.WriteAsync(
            [new(1, 1, 1), new(2, 2, 1)],
            MadeRows.NotFound(3),
            MadeRows.UnitEnds(emitted: 3, noKeyword: 40),
            new RowEnd(MadeRows.Selected(1, new UnitId(9, 0)), new Rejection(Reason.AlreadyStored)),
            MadeRows.UnitEnds(emitted: 1, unit: new UnitId(9, 0)),
            new RowEnd(MadeRows.Selected(4, open), new Memorization.Fetch.FetchRejection(Reason.Gone, "HTTP 410", MadeRows.Record)));

        var data = await _store.DataAsync();

        var funnel = data.Funnel;
        funnel.Steps.ToDictionary(step => step.Reason, step => step.Rows).ShouldBe(new Dictionary<Reason, long>
        {
            [Reason.NoKeyword] = 40,
            [Reason.AlreadyStored] = 1,
            [Reason.NotFound] = 1,
            [Reason.Gone] = 1,
        });
        (funnel.RowsRead, funnel.StudyRows, funnel.RowsPending, funnel.UnitsFinished).ShouldBe((45, 2, 0, 2));
        funnel.RowsRead.ShouldBe(funnel.Steps.Sum(step => step.Rows) + funnel.RowsPending + funnel.StudyRows);
        data.Figures.Single(figure => figure.Name == "rows_read").Value.ShouldBe(funnel.RowsRead);
    }

    [Fact]
    public async Task A_gallery_shows_each_image_once_those_in_most_rows_first()
    {
        await _store.WriteAsync(
        [
            new(1, 1, 1), new(2, 2, 1) { Caption = "first, van gogh", Url = "http://a.test/1" }, new(3, 2, 1) { Caption = "second", Url = "http://b.test/2" },
            new(4, 4, 2), new(5, 5, 3), new(6, 5, 3) { Thumbnail = [1] },
        ]);

        var data = await _store.DataAsync();

        data.Galleries.Count.ShouldBe(2);
        var (first, second) = (data.Galleries[0], data.Galleries[1]);
        first.Pictures.Select(picture => (picture.ContentId, picture.Rows, picture.Caption)).ShouldBe(
            [(MadeRows.Content(2), 2, "first, van gogh"), (MadeRows.Content(1), 1, "van gogh")]);
        (first.Urls, first.Captions, first.Hosts).ShouldBe((3, 3, 3));
        first.TopHosts.Select(host => host.Text).ShouldBe(["a.test", "b.test", "host.test"]);
        second.TopCaptions.ShouldBe([new Counted("van gogh", 2)]);
        second.Pictures.Single().Thumbnail.ShouldBe("AQ==");
        first.Pictures.ShouldAllBe(picture => picture.Thumbnail == null);
    }

    [Fact]
    public async Task Hosts_are_ranked_by_failures_with_their_reasons()
    {
        await _store.WriteAsync([new(1, 1, 1), new(2, 2, 1) { Url = "https://USER@Other.test:8080/x?y=http://host.test/" }], MadeRows.NotFound(3), MadeRows.NotFound(4));

        var data = await _store.DataAsync();

        data.Hosts.ShouldBe(2);
        var host = data.FailingHosts.ShouldHaveSingleItem();
        (host.Host, host.Rows, host.Stored, host.Failed).ShouldBe(("host.test", 3, 1, 2));
        host.Reasons.ShouldBe(new Dictionary<Reason, long> { [Reason.NotFound] = 2 });
    }

    [Fact]
    public async Task The_CSV_and_JSON_files_have_the_pages_numbers()
    {
        await _store.WriteAsync([new(1, 1, 1), new(2, 1, 1), new(3, 3, 2)], MadeRows.NotFound(4), MadeRows.UnitEnds(emitted: 4));
        await _store.ReportAsync();
        var folder = Path.GetDirectoryName(_store.Page)!;
        var data = await _store.DataAsync();

        var funnel = await LinesAsync("funnel.csv");
        funnel[1].ShouldBe(",read,4,rows of the input");
        funnel.ShouldContain("Fetch,NotFound,1,HTTP 404");
        funnel[^1].ShouldBe(",study,3,rows with their image in a family");
        (await LinesAsync("families.csv"))[1].ShouldStartWith($"1,{data.Families[0].Family},2,1,{2.0 / 3:R},1,1,2,1,"); // one text and caption, two URLs, one host
        (await LinesAsync("hosts.csv"))[1].ShouldBe("host.test,4,3,1,NotFound,1");
        var json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "report.json"))).RootElement;
        json.GetProperty("funnel").GetProperty("rows_read").GetInt64().ShouldBe(4);
        json.GetProperty("analysis").GetProperty("families")[0].GetProperty("size").GetInt64().ShouldBe(2);
        json.GetProperty("provenance").GetProperty("run").GetString().ShouldBe("run");

        async Task<string[]> LinesAsync(string name) => (await File.ReadAllTextAsync(Path.Combine(folder, name))).TrimEnd().Split("\r\n");
    }
}
