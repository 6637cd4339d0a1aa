using System.Data.Common;
using System.Runtime.InteropServices;
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
        SELECT s.caption, s.url, s.row_key, s.content_id, s.family, n.stable_id, f.star, f.similarity_to_leader, r.similarity, i.width, i.height, r.license, r.nsfw, i.format
        FROM study s JOIN rows r USING (row_key) JOIN images i USING (row_key) JOIN families f ON f.content_id = s.content_id
        LEFT JOIN family_names n ON n.family = s.family
        ORDER BY s.row_key
        """;

    // DuckDB runs out of memory where it sorts more embeddings than fit: they are read in the store's order and written to their places. For the same
    // reason the join has to hold the places, not the embeddings, even where those are fewer.
    private const string Places = "CREATE TEMP TABLE places AS SELECT content_id, row_number() OVER (ORDER BY row_key) - 1 AS at FROM study";
    private const string JoinAsWritten = "SET disabled_optimizers = 'join_order,build_side_probe_side'";
    private const string Embeddings = "SELECT p.at, e.embedding FROM embeddings e JOIN places p USING (content_id)";

    /// <summary>Writes parts of at most <paramref name="partRows"/> rows.</summary>
    /// <exception cref="InvalidDataException">A row has no embedding, or an image has two.</exception>
    public static async Task<Exported> WriteAsync(StoreDatabase database, long rows, string folder, CancellationToken stop, int partRows = ClipRetrievalFolder<ClipRetrievalRow>.MostPartRows)
    {
        ExportFolder.RemoveEarlier(Path.Combine(folder, "img_emb"), Vectors());
        ExportFolder.RemoveEarlier(Path.Combine(folder, "metadata"), Metadata());
        var dimension = (int)database.Count("SELECT coalesce(max(n), 0) FROM (SELECT len(embedding) AS n FROM embeddings LIMIT 1)");
        using var files = new ClipRetrievalFolder<ClipRetrievalRow>(folder, images: true, dimension, rows, partRows);
        var written = 0L;
        foreach (var row in database.Stream(Sql, Read, stop))
        {
            await files.AddAsync(row).ConfigureAwait(false);
            written++;
        }

        database.Query(Places);
        database.Query(JoinAsWritten);
        foreach (var (at, embedding) in database.Stream(Embeddings, reader => (reader.GetInt64(0), reader.GetFieldValue<List<float>>(1)), stop))
        {
            files.Put(at, CollectionsMarshal.AsSpan(embedding));
        }

        var published = await files.FinishAsync().ConfigureAwait(false);
        return new Exported(Format, written, [.. published.Select(file => new ExportedFile(file.Path, file.Rows))]);
    }

    private static ClipRetrievalRow Read(DbDataReader reader) => new()
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

    [GeneratedRegex(@"^img_emb_\d+\.npy(\.tmp)?$")]
    private static partial Regex Vectors();

    [GeneratedRegex(@"^metadata_\d+\.parquet(\.tmp)?$")]
    private static partial Regex Metadata();
}
