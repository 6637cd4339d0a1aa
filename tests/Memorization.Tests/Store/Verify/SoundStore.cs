using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Memorization.Captions;
using Memorization.Clustering;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Rows;
using Memorization.Store;
using Memorization.Urls;
using static Memorization.Tests.Store.MadeRows;

namespace Memorization.Tests.Store.Verify;

/// <summary>A store whose keys and content ids are what they should be: as runs leave it, and with records that no run writes.</summary>
internal static class SoundStore
{
    private static readonly ClusterOptions Options = new() { Threshold = 0.87, StoreThreshold = 0.85 };

    /// <summary>A row with its own key.</summary>
    public static LaionRow Keyed(LaionRow row) => row with { Key = XxHash128.HashToUInt128(Encoding.UTF8.GetBytes($"{row.Url}\n{row.Caption}")) };

    /// <summary>A row that was asked for in vain, with its own key.</summary>
    public static RowEnd Keyed(RowEnd end) => end with { Item = (SelectedRow)end.Item with { Row = Keyed(((SelectedRow)end.Item).Row) } };

    public static string KeyOf(int number) => Keyed(Row(number)).Key.ToString("x32", CultureInfo.InvariantCulture);

    public static string ContentOf(int number) => Convert.ToHexStringLower(SHA256.HashData([1, 2, (byte)number]));

    /// <summary>One run of two commits and a snapshot: rows 1, 2 and 3 are stored, 4 is refused, 5 was not found, 6 is row 1 again.</summary>
    public static async Task WriteAsync(string store, string run = "run", StoredImages images = StoredImages.Original)
    {
        using var held = await WritableStore.OpenAsync(store, run, options: new StoreOptions { Images = images });
        var families = await FamilyStore.OpenAsync(held.Held, held.Scope, 2, Options);
        await AddAsync(held, families, Stored(1), Stored(2));
        await AddAsync(
            held, families, Stored(3),
            new RowEnd(new LinkedRow(Keyed(Row(4)), new Uri("http://host.test/")), new Rejection(Reason.CaptionTooLong, "78 tokens")),
            new RowEnd(new SelectedRow(Keyed(Row(5)), new Uri("http://host.test/5.jpg"), 9), new FetchRejection(Reason.NotFound, "HTTP 404", Record with { HttpStatus = 404 })),
            new RowEnd(new SelectedRow(Keyed(Row(1)) with { RowInGroup = 6 }, new Uri("http://host.test/1.jpg"), 9), new Rejection(Reason.DuplicateRow)),
            UnitEnds(emitted: 6, noKeyword: 4));
        await families.PublishAsync(0.87, TimeProvider.System, default);
    }

    /// <summary>Commits records that no run would write.</summary>
    public static async Task CommitAsync<T>(string store, string table, string? partition, params T[] records)
        where T : class, new()
    {
        using var held = await HeldStore.TakeAsync(store, "bad", TimeProvider.System);
        var definition = Tables.Of(table);
        await held.CommitAsync(new TableCommit(definition, "WRITE", [(await held.WriteAsync(definition, partition, records))!]));
    }

    /// <summary>Replaces what a partition holds, and publishes a snapshot that names it.</summary>
    public static async Task ReplaceAsync<T>(string store, string table, Func<T, bool> change)
        where T : class, new()
    {
        using var held = await HeldStore.TakeAsync(store, "bad", TimeProvider.System);
        var definition = Tables.Of(table);
        var records = (await held.Tables.ReadAsync<T>(definition)).Where(change).ToList();
        var added = await held.WriteAsync(definition, definition.Partition is null ? null : definition.Partition == "model" ? "m" : "f", records);
        await held.CommitAsync(new TableCommit(definition, "WRITE", added is null ? [] : [added]) { Removed = [.. held.Tables.Files(definition)] });
        var current = (await Snapshot.ReadCurrentAsync(store))!;
        await held.PublishAsync(current with { Number = current.Number + 1, Tables = held.Tables.Versions });
    }

    private static async Task AddAsync(WritableStore held, FamilyStore families, params RowEnd[] ends)
    {
        foreach (var end in ends) await held.Writer.AddAsync(end);
        await families.RunAsync((await held.Writer.FlushAsync())!, default);
    }

    /// <summary>A stored row whose content id is that of its bytes.</summary>
    public static RowEnd Stored(int number)
    {
        var fetched = new FetchedImage(new SelectedRow(Keyed(Row(number)), new Uri($"http://host.test/{number}.jpg"), 9), new byte[] { 1, 2, (byte)number }, ContentOf(number), "image/png", Record);
        var decoded = new DecodedImage(fetched, new ClipPixels([], 640, 480, "png")) { Thumbnail = [0xFF, 0xD8, (byte)number] };
        return new RowEnd(new EmbeddedImage(decoded, [(Half)Math.Cos(number * 0.5), (Half)Math.Sin(number * 0.5)]), null);
    }
}
