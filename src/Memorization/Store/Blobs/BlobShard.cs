using System.Globalization;
using System.Text.Json;
using Memorization.Configuration;
using Memorization.Images;

namespace Memorization.Store;

/// <summary>Writes one shard of images as they were received: a tar in WebDataset's layout, never changed once it has its name.</summary>
/// <remarks>Each image is <c>content_id.ext</c> and, after it, <c>content_id.json</c>. Equal images in equal order give equal bytes. A shard
/// that an image could not be added to is given up. Not thread-safe.</remarks>
internal sealed class BlobShard : IDisposable
{
    /// <summary>The store's folder of shards.</summary>
    public const string Folder = "blobs";

    /// <summary>What the names of shards begin with.</summary>
    public const string NamePrefix = "blobs-";

    private readonly UnfinishedFile _file;
    private readonly SampleTar _tar;
    private readonly string _path;

    private BlobShard(string path, string run)
    {
        _path = path;
        _file = new UnfinishedFile(path, run);
        _tar = new SampleTar(_file.Stream);
    }

    /// <summary>The name the shard gets.</summary>
    public string Name => Path.GetFileName(_path);

    /// <summary>Images in the shard so far.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the shard so far.</summary>
    public long Bytes => _file.Stream.Position;

    /// <summary>The name of a shard.</summary>
    public static string NameOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{number:D6}.tar");

    /// <summary>Begins a shard under an unfinished name.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="number">A number that no shard of the store has.</param>
    /// <param name="run">The run that writes it.</param>
    /// <exception cref="SetupException">The folder cannot be written.</exception>
    public static BlobShard Create(string store, long number, string run) => new(Path.Combine(store, Folder, NameOf(number)), run);

    /// <summary>Adds an image, which the shard must not have.</summary>
    /// <param name="contentId">SHA-256 of the bytes, 64 hexadecimal digits.</param>
    /// <param name="bytes">The image as received.</param>
    /// <param name="facts">What to say of it.</param>
    /// <returns>Where it lies once the shard is published.</returns>
    /// <exception cref="SetupException">The disk takes no more.</exception>
    public BlobPlace Add(string contentId, ReadOnlyMemory<byte> bytes, BlobFacts facts) => Durable.Guard(_path, () =>
    {
        var format = ImageFormat.Sniff(bytes.Span);
        var about = new { content_id = contentId, format, media_type = facts.MediaType, url = facts.Url, row_key = facts.RowKey };
        var offset = _tar.Add($"{contentId}.{ImageFormat.ExtensionOf(format)}", bytes);
        _tar.Add($"{contentId}.json", JsonSerializer.SerializeToUtf8Bytes(about));
        Count++;
        return new BlobPlace(Name, offset, bytes.Length);
    });

    /// <summary>Ends the shard, flushes it to the disk and gives it its name.</summary>
    /// <exception cref="SetupException">Another shard has the name, and stays as it is, or the disk takes no more.</exception>
    public Task PublishAsync() => Task.Run(() => _file.PublishNew(_tar.Dispose));

    /// <summary>Removes the file of a shard that was not published.</summary>
    public void Dispose() => _file.Dispose();
}
