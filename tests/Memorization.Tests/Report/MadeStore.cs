using System.Globalization;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Report;
using Memorization.Rows;
using Memorization.Store;
using Memorization.Tests.Store;
using Memorization.Urls;
using Microsoft.Extensions.Time.Testing;

namespace Memorization.Tests.Report;

/// <summary>A row of a made store; what is null is as in <see cref="MadeRows"/>.</summary>
/// <param name="Number">The row.</param>
/// <param name="Content">Its image.</param>
/// <param name="Family">The family of its image.</param>
internal sealed record MadeRow(int Number, int Content, int Family)
{
    public string Caption { get; init; } = "van gogh";

    public string? Url { get; init; }

    public byte[]? Thumbnail { get; init; }

    /// <summary>The image that leads its image's star; null as in stores that have none.</summary>
    public int? Star { get; init; }
}

/// <summary>A store whose families are given, not found, with a report of it.</summary>
internal sealed class MadeStore : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly string _filter;

    public MadeStore(Study? study = null)
    {
        Study = study ?? new Study { Name = "made", Input = ["rows.parquet"], Keywords = ["van gogh"] };
        _filter = "f";
    }

    public Study Study { get; }

    public string Path => _folder.Path;

    public string Page => _folder.File("report", ReportFolder.Page);

    /// <summary>Commits the rows, other ends, and the families, as one run.</summary>
    public async Task WriteAsync(IReadOnlyList<MadeRow> rows, params RowEnd[] others)
    {
        using var store = await WritableStore.OpenAsync(_folder.Path, "run", _filter, options: new StoreOptions { CommitRows = 1_000_000 }, time: _time);
        foreach (var row in rows) await store.Writer.AddAsync(End(row));
        foreach (var end in others) await store.Writer.AddAsync(end);
        await store.Writer.FlushAsync();

        var families = rows.GroupBy(row => row.Family).SelectMany(family =>
        {
            var contents = family.Select(row => MadeRows.Content(row.Content)).Distinct().Order(StringComparer.Ordinal).ToList();
            var stars = family.Where(row => row.Star is not null).DistinctBy(row => row.Content).ToDictionary(row => MadeRows.Content(row.Content), row => MadeRows.Content(row.Star!.Value));
            return contents.Select(content => new FamilyRecord { ContentId = content, Family = contents[0], Star = stars.GetValueOrDefault(content) });
        }).ToList();
        var table = Tables.Of(Tables.Families);
        if (await store.Held.WriteAsync(table, "m", families) is { } file) await store.Held.CommitAsync(new TableCommit(table, "WRITE", [file]));
        await store.Held.PublishAsync(new Snapshot(0, store.Held.Tables.Versions, _filter, "m", 0.9, 0.8, 0, _time.GetUtcNow(), "run"));
        await store.Scope.WriteStatsAsync("""
            { "versions": { "memorization": "0.1.0", "skiasharp": "4.155.0" }, "settings": { "model": "made", "model_description": "A model that knows two directions." } }
            """u8.ToArray());
    }

    /// <summary>Opens the snapshot.</summary>
    public Task<StoreDatabase> OpenAsync() => StoreDatabase.OpenAsync(_folder.Path);

    /// <summary>What a report says.</summary>
    public async Task<ReportData> DataAsync()
    {
        using var database = await OpenAsync();
        return await ReportData.ReadAsync(_folder.Path, database, Study, _filter, StudyAnalysis.Compute(database, Study));
    }

    /// <summary>Writes the report and returns its page.</summary>
    public async Task<string> ReportAsync()
    {
        using var database = await OpenAsync();
        var page = await ReportFolder.WriteAsync(
            _folder.Path, database, Study, _filter, StudyAnalysis.Compute(database, Study), _folder.File("report"));
        return await File.ReadAllTextAsync(page);
    }

    public void Dispose() => _folder.Dispose();

    private static RowEnd End(MadeRow row)
    {
        var made = (EmbeddedImage)MadeRows.Stored(row.Number, row.Content).Item;
        var fetched = made.Decoded.Fetched;
        var laion = fetched.Selected.Row with { Caption = row.Caption, Url = row.Url ?? fetched.Selected.Row.Url };
        var selected = fetched.Selected with { Row = laion, Url = HttpUrl(row.Url) ?? fetched.Selected.Url };
        var decoded = made.Decoded with { Fetched = fetched with { Selected = selected }, Thumbnail = row.Thumbnail };
        return new RowEnd(made with { Decoded = decoded }, null);
    }

    private static Uri? HttpUrl(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
}
