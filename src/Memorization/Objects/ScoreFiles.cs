using System.Globalization;
using System.Text.Json.Serialization;
using Memorization.Configuration;
using Memorization.Store;
using Parquet.Serialization.Attributes;

namespace Memorization.Objects;

/// <summary>What a detector said of an image.</summary>
internal sealed record ScoreRecord
{
    [JsonPropertyName("content_id"), ParquetRequired] public string ContentId { get; set; } = "";

    /// <summary>original or thumbnail.</summary>
    [JsonPropertyName("pixels"), ParquetRequired] public string Pixels { get; set; } = "";

    /// <summary>The best tile's score; null where the model gave nothing for any tile.</summary>
    [JsonPropertyName("score")] public double? Score { get; set; }

    /// <summary>The best tile, as shares of the picture: of the centre crop where the pixels are a thumbnail's.</summary>
    [JsonPropertyName("tile_left")] public double TileLeft { get; set; }
    [JsonPropertyName("tile_top")] public double TileTop { get; set; }
    [JsonPropertyName("tile_width")] public double TileWidth { get; set; }
    [JsonPropertyName("tile_height")] public double TileHeight { get; set; }

    /// <summary>Tiles that were looked at.</summary>
    [JsonPropertyName("tiles")] public int Tiles { get; set; }

    /// <summary>Where the pixels came from.</summary>
    [JsonIgnore] public PixelSource Source => Pixels == Original ? PixelSource.Original : PixelSource.Thumbnail;

    /// <summary>The best tile.</summary>
    [JsonIgnore] public Tile Tile => new(TileLeft, TileTop, TileWidth, TileHeight);

    public const string Original = "original", Thumbnail = "thumbnail";
}

/// <summary>The scores of one object by one detector, in Parquet files of the store's folder objects/NAME/scores-FINGERPRINT: each whole and never changed.</summary>
/// <remarks>They are no table of the store: nothing but this reads or removes them. The store must be held while a file is written.</remarks>
internal sealed class ScoreFiles
{
    private const string Pattern = "*.parquet";

    private readonly string _folder;
    private readonly Dictionary<string, ScoreRecord> _scores = [];
    private int _next;

    private ScoreFiles(string folder) => _folder = folder;

    /// <summary>The scores by image.</summary>
    public IReadOnlyDictionary<string, ScoreRecord> Scores => _scores;

    /// <summary>Reads what there is.</summary>
    /// <exception cref="SetupException">A file is broken.</exception>
    public static async Task<ScoreFiles> ReadAsync(string folder)
    {
        var files = new ScoreFiles(folder);
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, Pattern).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            try
            {
                foreach (var record in await TableFile.ReadAsync<ScoreRecord>(path).ConfigureAwait(false)) files._scores[record.ContentId] = record;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // Parquet.Net says many things of broken files.
                throw new SetupException($"the scores in {path} cannot be read: {exception.Message.ReplaceLineEndings(" ")}; delete the file, and its images are scored again", exception);
            }

            if (int.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) files._next = Math.Max(files._next, number + 1);
        }

        return files;
    }

    /// <summary>Adds scores as a file of their own.</summary>
    /// <exception cref="SetupException">The folder cannot be written.</exception>
    public async Task AddAsync(IReadOnlyCollection<ScoreRecord> records)
    {
        if (records.Count == 0) return;
        var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{_next++:D6}.parquet"));
        await Durable.WriteAsync(path, stream => TableFile.SerializeAsync(records, stream, path)).ConfigureAwait(false);
        foreach (var record in records) _scores[record.ContentId] = record;
    }
}
