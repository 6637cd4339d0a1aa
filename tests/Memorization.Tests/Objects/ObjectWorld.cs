using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Memorization.Captions;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Objects;
using Memorization.Rows;
using Memorization.Store;
using Memorization.Tests.Store;

namespace Memorization.Tests.Objects;

/// <summary>A row of a made world.</summary>
/// <param name="Caption">Its caption.</param>
/// <param name="Picture">The bytes of its picture; null for a row whose picture was not found.</param>
/// <param name="Family">Rows with the same number are copies.</param>
internal sealed record WorldRow(string Caption, byte[]? Picture, int Family);

/// <summary>A sound store whose families, captions and pictures are given.</summary>
internal sealed class ObjectWorld : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Path;

    public string Store => _folder.File("store");

    /// <summary>Writes the rows as one run, and what it finds as a snapshot.</summary>
    public async Task WriteAsync(IReadOnlyList<WorldRow> rows, StoredImages images = StoredImages.Original, string run = "run")
    {
        using var held = await WritableStore.OpenAsync(Store, run, options: new StoreOptions { Images = images, CommitRows = 1_000_000 });
        const int dimension = 64;
        var families = await FamilyStore.OpenAsync(held.Held, held.Scope, dimension, new() { Threshold = 0.9, StoreThreshold = 0.85 });
        var decoder = new ImageDecoder(thumbnails: true);
        for (var i = 0; i < rows.Count; i++) await held.Writer.AddAsync(await EndAsync(rows[i], i, dimension, decoder, images != StoredImages.None));
        await families.RunAsync((await held.Writer.FlushAsync())!, default);
        await families.PublishAsync(0.9, TimeProvider.System, default);
    }

    public string WriteFile(string name, byte[] bytes)
    {
        var path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string WriteLabels(string name, string text) => WriteFile(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Opens the snapshot, sorts the rows and runs the detector over them.</summary>
    public async Task<ObjectResult> RunAsync(ObjectOptions options, ModelOptions? model = null, CancellationToken drain = default) =>
        await TryRunAsync(options, model, drain) ?? throw new InvalidOperationException("it was told to end");

    public async Task<ObjectResult?> TryRunAsync(ObjectOptions options, ModelOptions? model = null, CancellationToken drain = default)
    {
        using var database = await StoreDatabase.OpenAsync(Store);
        using var study = await ObjectStudy.OpenAsync(database, Store, options, Folder);
        return await study.RunAsync(model ?? new ModelOptions(), new DecodeOptions(), _ => null, TimeProvider.System, drain, default);
    }

    public static string ContentOf(byte[] picture) => Convert.ToHexStringLower(SHA256.HashData(picture));

    public void Dispose() => _folder.Dispose();

    private static async Task<RowEnd> EndAsync(WorldRow row, int number, int dimension, ImageDecoder decoder, bool thumbnails)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"http://host.test/{number}.png");
        var laion = MadeRows.Row(number) with { Url = url, Caption = row.Caption };
        laion = laion with { Key = XxHash128.HashToUInt128(Encoding.UTF8.GetBytes($"{url}\n{row.Caption}")) };
        var selected = new SelectedRow(laion, new Uri(url), 5);
        if (row.Picture is not { } picture) return new RowEnd(selected, new FetchRejection(Reason.NotFound, "HTTP 404", MadeRows.Record with { HttpStatus = 404 }));
        var fetched = new FetchedImage(selected, picture, ContentOf(picture), "image/png", MadeRows.Record);
        var outcome = await decoder.RunAsync(fetched, default);
        if (!outcome.IsKept(out var decoded)) throw new InvalidOperationException($"row {number}: {outcome.Rejection}");
        var embedding = new Half[dimension];
        embedding[row.Family] = (Half)1;
        return new RowEnd(new EmbeddedImage(thumbnails ? decoded : decoded with { Thumbnail = null }, embedding), null);
    }
}
