using System.Globalization;
using System.Security.Cryptography;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>Reads every image whose bytes are kept, shard by shard, and checks that its SHA-256 is its content id.</summary>
internal static class BlobVerification
{
    private const string PlacesSql = """
        SELECT DISTINCT blob, "offset", length, content_id FROM images WHERE blob IS NOT NULL ORDER BY ALL
        """;

    /// <summary>Adds one finding a shard.</summary>
    public static async Task RunAsync(StoreDatabase database, string store, VerifyNotes notes, CancellationToken stop)
    {
        using var reader = new BlobReader(store);
        var damaged = new SortedDictionary<string, (long Count, string First)>(StringComparer.Ordinal);
        var places = database.Stream(PlacesSql, row => (
            Place: new BlobPlace(row.GetString(0), row.IsDBNull(1) ? -1 : row.GetInt64(1), row.IsDBNull(2) ? -1 : row.GetInt64(2)), Content: row.IsDBNull(3) ? "" : row.GetString(3)), stop);
        foreach (var (place, content) in places)
        {
            notes.Counts = notes.Counts with { Blobs = notes.Counts.Blobs + 1, Bytes = notes.Counts.Bytes + Math.Max(0, place.Length) };
            if (await WrongAsync(reader, place, content, stop).ConfigureAwait(false) is not { } wrong) continue;
            damaged[place.Shard] = damaged.TryGetValue(place.Shard, out var before) ? (before.Count + 1, before.First) : (1, wrong);
        }

        foreach (var (shard, (count, first)) in damaged)
            notes.Add("blob", Path.Combine(store, BlobShard.Folder, shard), string.Create(CultureInfo.InvariantCulture, $"images that do not read back: {count}, the first: {first}"));
    }

    private static async Task<string?> WrongAsync(BlobReader reader, BlobPlace place, string content, CancellationToken stop)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(await reader.ReadAsync(place, stop).ConfigureAwait(false))) == content
                ? null : string.Create(CultureInfo.InvariantCulture, $"the {place.Length} bytes at {place.Offset} are not those of {content}");
        }
        catch (SetupException exception)
        {
            return exception.Message;
        }
    }
}
