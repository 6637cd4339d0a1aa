using System.Security.Cryptography;
using Memorization.Captions;
using Memorization.Fetch;
using Memorization.Flow;
using Serilog;

namespace Memorization.Store;

/// <summary>An image that an earlier run kept, and how it was fetched then.</summary>
/// <param name="Place">Where its bytes lie.</param>
/// <param name="ContentId">SHA-256 of the bytes, 64 hexadecimal digits.</param>
/// <param name="MediaType">Content-Type as received; null if absent.</param>
/// <param name="Record">How the request went.</param>
internal sealed record StoredBytes(BlobPlace Place, string ContentId, string? MediaType, FetchRecord Record);

/// <summary>Stage: brings a row's image out of the store where an earlier run kept its bytes, and from the web otherwise.</summary>
/// <remarks>Thread-safe. Bytes that are damaged are fetched again.</remarks>
/// <param name="known">What the store holds.</param>
/// <param name="store">The store's folder.</param>
/// <param name="fetch">The fetcher.</param>
/// <param name="log">Says which bytes are damaged.</param>
public sealed class ImageSource(KnownRows known, string store, Func<SelectedRow, CancellationToken, ValueTask<Outcome<FetchedImage>>> fetch, ILogger log) : IDisposable
{
    private readonly BlobReader _blobs = new(store);
    private long _images;

    /// <summary>Images that were brought out of the store.</summary>
    public long Images => Interlocked.Read(ref _images);

    /// <summary>Brings the image of a row.</summary>
    public async ValueTask<Outcome<FetchedImage>> RunAsync(SelectedRow row, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (known.Due.GetValueOrDefault(row.Row.Key)?.Bytes is not { } stored) return await fetch(row, stop).ConfigureAwait(false);
        try
        {
            var bytes = await _blobs.ReadAsync(stored.Place, stop).ConfigureAwait(false);
            if (Convert.ToHexStringLower(SHA256.HashData(bytes)) == stored.ContentId)
            {
                Interlocked.Increment(ref _images);
                return new FetchedImage(row, bytes, stored.ContentId, stored.MediaType, stored.Record) { IsFromStore = true };
            }

            log.Warning("the bytes at {Offset} of {Shard} are not those of {ContentId}: fetched again", stored.Place.Offset, stored.Place.Shard, stored.ContentId);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or Configuration.SetupException)
        {
            log.Warning("{Message:l}: fetched again", exception.Message);
        }

        return await fetch(row, stop).ConfigureAwait(false);
    }

    /// <summary>Closes the shards.</summary>
    public void Dispose() => _blobs.Dispose();
}
