using Memorization.Analysis;
using Memorization.Clustering;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Store;
using Memorization.Tests.Store;

namespace Memorization.Tests.Analysis;

/// <summary>A row whose image is a direction in the plane.</summary>
/// <param name="Number">The row.</param>
/// <param name="Image">Its image; rows with the same number have the same.</param>
/// <param name="Angle">The image's direction, in radians.</param>
/// <param name="Caption">Its caption.</param>
internal sealed record PlanarRow(int Number, int Image, double Angle, string Caption)
{
    public string Host { get; init; } = "host.test";

    public byte[]? Thumbnail { get; init; }

    /// <summary>Whether its image could not be had.</summary>
    public bool IsMissing { get; init; }

    public string Url => $"http://{Host}/{Number}.jpg";

    public string Content { get; } = MadeRows.Content(Image);

    private (double X, double Y) Vector { get; } = ((double)(Half)Math.Cos(Angle), (double)(Half)Math.Sin(Angle));

    /// <summary>The similarity of two images as anybody would compute it, of what is stored.</summary>
    public double Similarity(PlanarRow other)
    {
        var ((a, b), (c, d)) = (Vector, other.Vector);
        return Image == other.Image ? 1 : (a * c + b * d) / Math.Sqrt((a * a + b * b) * (c * c + d * d));
    }
}

/// <summary>A store whose families are found in made vectors, as a run finds them.</summary>
internal sealed class PlanarStore : IDisposable
{
    public const double Threshold = 0.9, StoreThreshold = 0.8; // 0.45 and 0.64 rad

    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public static Study Study { get; } = new()
    {
        Name = "made",
        Input = ["rows.parquet"],
        Keywords = ["van gogh"],
        Cluster = new ClusterOptions { Threshold = Threshold, StoreThreshold = StoreThreshold },
        Analysis = new AnalysisOptions { Permutations = 19 },
    };

    /// <summary>Commits rows and publishes their families.</summary>
    public async Task WriteAsync(IEnumerable<PlanarRow> rows)
    {
        using var store = await WritableStore.OpenAsync(_folder.Path, "run", options: new StoreOptions { CommitRows = 1_000_000 });
        var families = await FamilyStore.OpenAsync(store.Held, store.Scope, 2, Study.Cluster);
        foreach (var row in rows) await store.Writer.AddAsync(End(row));
        if (await store.Writer.FlushAsync() is { } batch) await families.RunAsync(batch, default);
        await families.PublishAsync(Threshold, TimeProvider.System, default);
    }

    /// <summary>Everything that is computed of it.</summary>
    public async Task<StudyAnalysis> AnalyzeAsync(Func<AnalysisOptions, AnalysisOptions>? change = null, Study? study = null)
    {
        using var database = await StoreDatabase.OpenAsync(_folder.Path);
        database.KeepStudy();
        study ??= Study;
        return StudyAnalysis.Compute(database, study with { Analysis = change?.Invoke(study.Analysis) ?? study.Analysis });
    }

    /// <summary>Writes rows into a store of their own and computes everything.</summary>
    public static async Task<StudyAnalysis> AnalyzeAsync(IEnumerable<PlanarRow> rows, Func<AnalysisOptions, AnalysisOptions>? change = null, Study? study = null)
    {
        using var store = new PlanarStore();
        await store.WriteAsync(rows);
        return await store.AnalyzeAsync(change, study);
    }

    public void Dispose() => _folder.Dispose();

    private static RowEnd End(PlanarRow row)
    {
        var made = (EmbeddedImage)MadeRows.Stored(row.Number, row.Image).Item;
        var fetched = made.Decoded.Fetched;
        var laion = fetched.Selected.Row with { Caption = row.Caption, Url = row.Url };
        var selected = fetched.Selected with { Row = laion, Url = new Uri(row.Url) };
        if (row.IsMissing) return new RowEnd(selected, new FetchRejection(Reason.NotFound, "HTTP 404", MadeRows.Record with { HttpStatus = 404 }));
        var decoded = made.Decoded with { Fetched = fetched with { Selected = selected }, Thumbnail = row.Thumbnail };
        return new RowEnd(new EmbeddedImage(decoded, [(Half)Math.Cos(row.Angle), (Half)Math.Sin(row.Angle)]), null);
    }
}
