using System.Data.Common;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Memorization.Images;
using Memorization.Store;
using Parquet.Serialization.Attributes;

namespace Memorization.Export;

/// <summary>A row of the study in the metadata; the first three columns' names are clip-retrieval's.</summary>
internal sealed record ClipRetrievalRow
{
    [JsonPropertyName("image_path"), ParquetRequired] public string ImagePath { get; set; } = "";
    [JsonPropertyName("caption"), ParquetRequired] public string Caption { get; set; } = "";
    [JsonPropertyName("url")] public string? Url { get; set; }
    [JsonPropertyName("row_key"), ParquetRequired] public string RowKey { get; set; } = "";
    [JsonPropertyName("content_id"), ParquetRequired] public string ContentId { get; set; } = "";
    [JsonPropertyName("family"), ParquetRequired] public string Family { get; set; } = "";
    [JsonPropertyName("stable_id")] public long? StableId { get; set; }
    [JsonPropertyName("star")] public string? Star { get; set; }
    [JsonPropertyName("similarity_to_leader")] public double? SimilarityToLeader { get; set; }
    [JsonPropertyName("similarity")] public double? Similarity { get; set; }
    [JsonPropertyName("width")] public int? Width { get; set; }
    [JsonPropertyName("height")] public int? Height { get; set; }
    [JsonPropertyName("license")] public string? License { get; set; }
    [JsonPropertyName("nsfw")] public string? Nsfw { get; set; }
}

/// <summary>Embeddings and metadata, row for row, as clip-retrieval and autofaiss read them.</summary>
internal static partial class ClipRetrievalExport
{
    public const string Format = "clip-retrieval";

    private const string Sql = """
        SELECT s.caption, s.url, s.row_key, s.content_id, s.family, n.stable_id, f.star, f.similarity_to_leader, r.similarity, i.width, i.height, r.license, r.nsfw, i.format, e.embedding
        FROM study s JOIN rows r USING (row_key) JOIN images i USING (row_key) JOIN families f ON f.content_id = s.content_id
        LEFT JOIN family_names n ON n.family = s.family LEFT JOIN embeddings e ON e.content_id = s.content_id
        ORDER BY s.row_key
        """;

    /// <summary>Writes parts of at most <paramref name="partRows"/> rows.</summary>
    public static async Task<Exported> WriteAsync(
        StoreDatabase database, long rows, string folder, CancellationToken stop, int partRows = ClipRetrievalFolder<ClipRetrievalRow>.MostPartRows)
    {
        ExportFolder.RemoveEarlier(Path.Combine(folder, "img_emb"), Vectors());
        ExportFolder.RemoveEarlier(Path.Combine(folder, "metadata"), Metadata());
        ClipRetrievalFolder<ClipRetrievalRow>? files = null;
        var written = 0L;
        try
        {
            foreach (var (row, embedding) in database.Stream(Sql, Read))
            {
                stop.ThrowIfCancellationRequested();
                files ??= new ClipRetrievalFolder<ClipRetrievalRow>(folder, images: true, embedding.Length, rows, partRows);
                await files.WriteAsync(row, embedding).ConfigureAwait(false);
                written++;
            }

            if (files is null) return new Exported(Format, 0, []);
            await files.FinishAsync().ConfigureAwait(false);
            return new Exported(Format, written, [.. files.Files.Select(file => new ExportedFile(file.Path, file.Rows))]);
        }
        finally
        {
            files?.Dispose();
        }
    }

    private static (ClipRetrievalRow Row, float[] Embedding) Read(DbDataReader reader)
    {
        var row = new ClipRetrievalRow
        {
            ImagePath = $"{reader.GetString(3)}.{ImageFormat.ExtensionOf(reader.TextOrNull(13))}",
            Caption = reader.GetString(0),
            Url = reader.TextOrNull(1),
            RowKey = reader.GetString(2),
            ContentId = reader.GetString(3),
            Family = reader.GetString(4),
            StableId = reader.OrNull<long>(5),
            Star = reader.TextOrNull(6),
            SimilarityToLeader = reader.OrNull<double>(7),
            Similarity = reader.OrNull<double>(8),
            Width = reader.OrNull<int>(9),
            Height = reader.OrNull<int>(10),
            License = reader.TextOrNull(11),
            Nsfw = reader.TextOrNull(12),
        };
        if (reader.IsDBNull(14)) throw new InvalidDataException($"the image {row.ContentId} has a family and no embedding");
        return (row, [.. reader.GetFieldValue<List<float>>(14)]);
    }

    [GeneratedRegex(@"^img_emb_\d+\.npy(\.tmp)?$")]
    private static partial Regex Vectors();

    [GeneratedRegex(@"^metadata_\d+\.parquet(\.tmp)?$")]
    private static partial Regex Metadata();
}
