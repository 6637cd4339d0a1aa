using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Images;
using Memorization.Store;

namespace Memorization.Export;

/// <summary>Writes images as they were received into numbered tars, in WebDataset's layout: <c>000000042.jpg</c> and <c>000000042.json</c> in <c>00000.tar</c>.</summary>
/// <remarks>A tar has its name once it is whole and on the disk; the next one is written meanwhile. Not thread-safe.</remarks>
public sealed class FetchedShards : IDisposable
{
    private const int MostImages = 10_000; // the last four digits of a key
    private const long MostBytes = 1L << 30;

    private readonly string _folder;
    private UnfinishedFile? _file;
    private SampleTar? _tar;
    private Task _publishing = Task.CompletedTask;
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

    /// <summary>Shards that are full or, after <see cref="FinishAsync"/>, all.</summary>
    public int Shards { get; private set; }

    /// <summary>Adds an image.</summary>
    /// <returns>Its key: five digits of the shard, four of the image.</returns>
    /// <exception cref="SetupException">The disk takes no more, or another process has written a shard of this name.</exception>
    public async ValueTask<string> AddAsync(FetchedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (_images == MostImages || _file?.Stream.Position >= MostBytes) await EndShardAsync().ConfigureAwait(false);
        return Durable.Guard(_folder, () =>
        {
            if (_tar is null)
            {
                _file = new UnfinishedFile(Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{Shards:D5}.tar")));
                _tar = new SampleTar(_file.Stream);
            }

            var image = sample.Image;
            var key = string.Create(CultureInfo.InvariantCulture, $"{Shards:D5}{_images++:D4}");
            _tar.Add($"{key}.{ImageFormat.ExtensionOf(sample.Format)}", image.Bytes);
            _tar.Add($"{key}.json", JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    key,
                    status = Sample.Success,
                    url = image.Selected.Row.Url,
                    sha256 = image.ContentId,
                    format = sample.Format,
                    media_type = image.MediaType,
                    width = sample.Width,
                    height = sample.Height,
                }, JsonOutput.Line));
            return key;
        });
    }

    /// <summary>Ends the shard that is open, and waits until every shard has its name.</summary>
    /// <exception cref="SetupException">The disk takes no more, or another process has written a shard of this name.</exception>
    public async Task FinishAsync()
    {
        if (_file is not null) await EndShardAsync().ConfigureAwait(false);
        await _publishing.ConfigureAwait(false);
    }

    /// <summary>Removes the shard that is open.</summary>
    public void Dispose() => _file?.Dispose();

    // Flushing a shard to the disk takes a second: the images that come meanwhile do not wait for it.
    private async Task EndShardAsync()
    {
        await _publishing.ConfigureAwait(false);
        var (file, tar) = (_file!, _tar!);
        (_file, _tar, _images) = (null, null, 0);
        Shards++;
        _publishing = Task.Run(() =>
        {
            using (file) file.PublishNew(tar.Dispose);
        });
    }
}
