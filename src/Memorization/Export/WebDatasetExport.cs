using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Memorization.Configuration;
using Memorization.Store;

namespace Memorization.Export;

/// <summary>Images as received with their captions, in tars as WebDataset reads and img2dataset writes them.</summary>
internal static partial class WebDatasetExport
{
    public const string Format = "webdataset";

    /// <summary>Rows of a shard: the last four digits of a key.</summary>
    public const int MostShardRows = 10_000;

    /// <summary>Writes shards of at most <paramref name="shardRows"/> rows, those without an image among them.</summary>
    /// <exception cref="SetupException">The folder cannot be written, or bytes are missing or not those that were stored.</exception>
    public static async Task<Exported> WriteAsync(IEnumerable<SampleRow> rows, BlobReader blobs, string folder, CancellationToken stop, int shardRows = MostShardRows)
    {
        ExportFolder.RemoveEarlier(folder, Parts());
        var files = new List<ExportedFile>();
        var (done, withoutBytes) = (0L, 0L);
        WebDatasetShard? shard = null;
        try
        {
            foreach (var row in rows)
            {
                stop.ThrowIfCancellationRequested();
                shard ??= new WebDatasetShard(folder, done / shardRows);
                var sample = Sample.Of(row, string.Create(CultureInfo.InvariantCulture, $"{shard.Name}{done % shardRows:D4}"));
                await shard.AddAsync(sample, sample.Status == Sample.Success ? await ReadAsync(row, blobs, stop).ConfigureAwait(false) : null).ConfigureAwait(false);
                if (sample.LacksBytes) withoutBytes++;
                if (++done % shardRows == 0) await FinishAsync().ConfigureAwait(false);
            }

            if (shard is not null) await FinishAsync().ConfigureAwait(false);
            return new Exported(Format, done, files, withoutBytes);
        }
        finally
        {
            shard?.Dispose();
        }

        async Task FinishAsync()
        {
            files.AddRange(await shard.FinishAsync().ConfigureAwait(false));
            shard.Dispose();
            shard = null;
        }
    }

    private static async Task<byte[]> ReadAsync(SampleRow row, BlobReader blobs, CancellationToken stop)
    {
        var bytes = await blobs.ReadAsync(row.Place!.Value, stop).ConfigureAwait(false);
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) == row.ContentId) return bytes;
        throw new SetupException(string.Create(CultureInfo.InvariantCulture, $"the {bytes.Length} bytes at {row.Place.Value.Offset} of {row.Place.Value.Shard} are not the image {row.ContentId}; restore the shard from a copy"));
    }

    [GeneratedRegex(@"^\d{5,}\.(tar|parquet)(\.tmp)?$")]
    private static partial Regex Parts();
}
