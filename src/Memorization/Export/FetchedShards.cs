using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Fetch;
using Memorization.Images;
using Memorization.Store;
using SkiaSharp;

namespace Memorization.Export;

/// <summary>Writes images as they were received into numbered tars, in WebDataset's layout: <c>000000042.jpg</c> and <c>000000042.json</c> in <c>00000.tar</c>.</summary>
/// <remarks>A tar has its name once it is whole and on the disk. Not thread-safe.</remarks>
public sealed class FetchedShards : IDisposable
{
    private const int MostImages = 10_000; // the last four digits of a key
    private const long MostBytes = 1L << 30;

    private readonly string _folder;
    private UnfinishedFile? _file;
    private SampleTar? _tar;
    private long _shard;
    private int _images;

    /// <summary>Begins in a folder without shards, which is made if it is not there.</summary>
    /// <exception cref="SetupException">The folder has shards, or cannot be written.</exception>
    public FetchedShards(string folder)
    {
        _folder = folder;
        Durable.Guard(folder, () => Directory.CreateDirectory(folder));
        if (Directory.EnumerateFiles(folder, "*.tar").Order(StringComparer.Ordinal).FirstOrDefault() is { } there)
            throw new SetupException($"{folder} has {Path.GetFileName(there)} of an earlier fetch; name a new folder");
    }

    /// <summary>Shards that have their name.</summary>
    public int Shards { get; private set; }

    /// <summary>Adds an image.</summary>
    /// <returns>Its key: five digits of the shard, four of the image.</returns>
    /// <exception cref="SetupException">The disk takes no more.</exception>
    public string Add(FetchedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Durable.Guard(_folder, () =>
        {
            if (_images == MostImages || _file?.Stream.Position >= MostBytes) Finish();
            if (_tar is null)
            {
                _file = new UnfinishedFile(NameOf(_shard));
                _tar = new SampleTar(_file.Stream);
            }

            var key = string.Create(CultureInfo.InvariantCulture, $"{_shard:D5}{_images++:D4}");
            var format = ImageFormat.Sniff(image.Bytes.Span);
            var size = SizeOf(image.Bytes);
            _tar.Add($"{key}.{ImageFormat.ExtensionOf(format)}", image.Bytes);
            _tar.Add($"{key}.json", JsonSerializer.SerializeToUtf8Bytes(
                new { key, status = Sample.Success, url = image.Selected.Row.Url, sha256 = image.ContentId, format, media_type = image.MediaType, size?.Width, size?.Height }, JsonOutput.Line));
            return key;
        });
    }

    /// <summary>Ends the shard that is open and gives it its name.</summary>
    /// <exception cref="SetupException">The disk takes no more, or another process has written a shard of this name.</exception>
    public void Finish()
    {
        if (_file is null) return;
        _file.PublishNew(_tar!.Dispose);
        Dispose();
        (_shard, _images, Shards) = (_shard + 1, 0, Shards + 1);
    }

    /// <summary>Removes the shard that is open.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        (_file, _tar) = (null, null);
    }

    private string NameOf(long shard) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{shard:D5}.tar"));

    // What the header announces; null if no decoder knows the format. No pixel is decoded.
    private static unsafe SKSizeI? SizeOf(ReadOnlyMemory<byte> bytes)
    {
        using var pin = bytes.Pin();
        using var data = SKData.Create((nint)pin.Pointer, bytes.Length);
        using var codec = SKCodec.Create(new SKMemoryStream(data));
        return codec?.Info.Size;
    }
}
