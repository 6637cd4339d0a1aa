using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Memorization.Configuration;
using Memorization.Store;

namespace Memorization.Objects;

/// <summary>Brings images out of a store: the bytes as received where they were kept, else the thumbnail.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class ObjectImages : IEncodedImages, IDisposable
{
    // Of thumbnails asked for at once: a few MB.
    private const int ThumbnailsAtOnce = 1024;

    private readonly StoreDatabase _database;
    private readonly BlobReader _blobs;
    private readonly Dictionary<string, BlobPlace> _places = [];
    private readonly HashSet<string> _thumbnails = [];

    /// <summary>Finds out what was kept of some images.</summary>
    /// <param name="database">The store's snapshot.</param>
    /// <param name="store">Its folder.</param>
    /// <param name="contents">The images.</param>
    public ObjectImages(StoreDatabase database, string store, IReadOnlySet<string> contents)
    {
        (_database, _blobs) = (database, new BlobReader(store));
        database.ForEach("SELECT DISTINCT ON (content_id) content_id, blob, \"offset\", length FROM images WHERE blob IS NOT NULL AND content_id IS NOT NULL ORDER BY content_id, blob, \"offset\"", reader =>
        {
            if (contents.Contains(reader.GetString(0))) _places.Add(reader.GetString(0), new BlobPlace(reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3)));
        });
        database.ForEach("SELECT DISTINCT content_id FROM thumbnails", reader =>
        {
            if (contents.Contains(reader.GetString(0))) _thumbnails.Add(reader.GetString(0));
        });
    }

    /// <summary>What there is of an image.</summary>
    public PixelSource SourceOf(string content) =>
        _places.ContainsKey(content) ? PixelSource.Original : _thumbnails.Contains(content) ? PixelSource.Thumbnail : PixelSource.None;

    /// <summary>Reads images of which there is something, as they are asked for: shard by shard, then thumbnails.</summary>
    public async IAsyncEnumerable<EncodedImage> ReadAsync(IEnumerable<string> contents, [EnumeratorCancellation] CancellationToken stop)
    {
        var bySource = contents.ToLookup(SourceOf);
        foreach (var content in bySource[PixelSource.Original].OrderBy(content => _places[content].Shard, StringComparer.Ordinal).ThenBy(content => _places[content].Offset))
            yield return new EncodedImage(content, PixelSource.Original, await OriginalAsync(content, stop).ConfigureAwait(false));
        foreach (var some in bySource[PixelSource.Thumbnail].Chunk(ThumbnailsAtOnce))
        {
            stop.ThrowIfCancellationRequested();
            // Content ids are hexadecimal digits.
            var read = _database.Query(
                $"SELECT content_id, base64(image) FROM thumbnails WHERE content_id IN ({string.Join(", ", some.Select(content => $"'{content}'"))})",
                reader => (Content: reader.GetString(0), Bytes: Convert.FromBase64String(reader.GetString(1))));
            foreach (var (content, bytes) in read.DistinctBy(image => image.Content)) yield return new EncodedImage(content, PixelSource.Thumbnail, bytes);
        }
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose() => _blobs.Dispose();

    private async ValueTask<byte[]?> OriginalAsync(string content, CancellationToken stop)
    {
        try
        {
            var bytes = await _blobs.ReadAsync(_places[content], stop).ConfigureAwait(false);
            return Convert.ToHexStringLower(SHA256.HashData(bytes)) == content ? bytes : null;
        }
        catch (SetupException)
        {
            return null; // counted as unreadable; `store verify` names the file
        }
    }
}
