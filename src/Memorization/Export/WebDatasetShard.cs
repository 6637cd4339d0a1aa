using System.Globalization;
using System.Text;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Images;
using Memorization.Store;

namespace Memorization.Export;

/// <summary>A tar of samples and, beside it, a Parquet file of all its rows. Both are whole or not there. Not thread-safe.</summary>
internal sealed class WebDatasetShard : IDisposable
{
    private readonly UnfinishedFile _images;
    private readonly UnfinishedFile _list;
    private readonly SampleTar _tar;
    private readonly TableAppender<Sample> _rows;
    private readonly string _path;
    private long _samples;

    public WebDatasetShard(string folder, long number)
    {
        Name = number.ToString("D5", CultureInfo.InvariantCulture);
        _path = Path.Combine(folder, Name + ".tar");
        _images = new UnfinishedFile(_path);
        _list = new UnfinishedFile(Path.Combine(folder, Name + ".parquet"));
        _tar = new SampleTar(_images.Stream);
        _rows = new TableAppender<Sample>(_list.Stream);
    }

    /// <summary>The files' name before the dot.</summary>
    public string Name { get; }

    /// <summary>Adds a row and, if there are bytes, its sample.</summary>
    public ValueTask AddAsync(Sample sample, byte[]? image) => image is null ? _rows.AddAsync(sample) : Durable.Guard(_path, () =>
    {
        _tar.Add($"{sample.Key}.{ImageFormat.ExtensionOf(ImageFormat.Sniff(image))}", image);
        _tar.Add($"{sample.Key}.txt", Encoding.UTF8.GetBytes(sample.Caption));
        _tar.Add($"{sample.Key}.json", JsonSerializer.SerializeToUtf8Bytes(sample, JsonOutput.Line));
        _samples++;
        return _rows.AddAsync(sample);
    });

    /// <summary>Gives both files their names.</summary>
    public async Task<IEnumerable<ExportedFile>> FinishAsync()
    {
        await _rows.FinishAsync().ConfigureAwait(false);
        _list.Publish();
        _images.Publish(_tar.Dispose);
        return [new ExportedFile($"{Name}.tar", _samples), new ExportedFile($"{Name}.parquet", _rows.Rows)];
    }

    public void Dispose()
    {
        _images.Dispose();
        _list.Dispose();
    }
}
