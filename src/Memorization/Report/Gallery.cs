using System.Globalization;
using System.Text.Json.Serialization;
using Memorization.Analysis;
using Memorization.Store;

namespace Memorization.Report;

/// <summary>A text and the rows it stands in.</summary>
internal sealed record Counted(string Text, long Rows);

/// <summary>A distinct image of a family.</summary>
/// <param name="ContentId">SHA-256 of its bytes.</param>
/// <param name="Rows">Rows that have it.</param>
/// <param name="Caption">The caption of the first of them by key.</param>
/// <param name="Url">The URL of the same row, as the metadata has it.</param>
/// <param name="MediaType">The thumbnail's; null where the store keeps none.</param>
/// <param name="Thumbnail">The thumbnail's bytes in Base64; null where the store keeps none.</param>
internal sealed record Picture(
    string ContentId, long Rows, string Caption, string Url, [property: JsonIgnore] string? MediaType, [property: JsonIgnore] string? Thumbnail);

/// <summary>A family as its images, captions and hosts.</summary>
internal sealed record Gallery(
    int Rank, FamilySummary Family, long Urls, long Captions, long Hosts,
    IReadOnlyList<Picture> Pictures, IReadOnlyList<Counted> TopCaptions, IReadOnlyList<Counted> TopHosts)
{
    /// <summary>Reads the galleries of the first families of Table 1.</summary>
    public static IReadOnlyList<Gallery> Read(StoreDatabase database, IReadOnlyList<FamilySummary> families, ReportOptions options)
    {
        var shown = families.Take(options.GalleryFamilies).ToList();
        if (shown.Count == 0) return [];

        // Family ids are hexadecimal digits.
        var rows = $"(SELECT * FROM study WHERE family IN ({string.Join(", ", shown.Select(family => $"'{family.Family}'"))}))";
        var counts = database.Query(
            $"SELECT family, count(DISTINCT url), count(DISTINCT caption), count(DISTINCT host) FROM {rows} GROUP BY family",
            reader => (Family: reader.GetString(0), Urls: reader.GetInt64(1), Captions: reader.GetInt64(2), Hosts: reader.GetInt64(3)))
            .ToDictionary(count => count.Family);
        var pictures = ReadPictures(database, rows, options.ImagesPerFamily);
        var captions = Top(database, rows, "caption", options.CaptionsPerFamily);
        var hosts = Top(database, rows, "host", options.CaptionsPerFamily);
        return [.. shown.Select((family, i) => new Gallery(
            i + 1, family, counts[family.Family].Urls, counts[family.Family].Captions, counts[family.Family].Hosts,
            [.. pictures[family.Family]], [.. captions[family.Family]], [.. hosts[family.Family]]))];
    }

    private static ILookup<string, Picture> ReadPictures(StoreDatabase database, string rows, int limit) => database.Query(
        string.Create(CultureInfo.InvariantCulture, $"""
            WITH ranked AS (
                SELECT family, content_id, count(*) AS n, min_by(caption, row_key) AS caption, min_by(url, row_key) AS url
                FROM {rows} GROUP BY family, content_id
                QUALIFY row_number() OVER (PARTITION BY family ORDER BY n DESC, content_id) <= {limit})
            SELECT family, content_id, n, caption, url, mime, base64(image)
            FROM ranked LEFT JOIN thumbnails USING (content_id) ORDER BY family, n DESC, content_id
            """),
        reader => (Family: reader.GetString(0), Picture: new Picture(
            reader.GetString(1), reader.GetInt64(2), reader.GetString(3), reader.GetString(4),
            reader.IsDBNull(5) ? null : reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetString(6))))
        .ToLookup(row => row.Family, row => row.Picture);

    private static ILookup<string, Counted> Top(StoreDatabase database, string rows, string column, int limit) => database.Query(
        string.Create(CultureInfo.InvariantCulture, $"""
            SELECT family, {column}, count(*) AS n FROM {rows} GROUP BY family, {column}
            QUALIFY row_number() OVER (PARTITION BY family ORDER BY n DESC, {column}) <= {limit} ORDER BY family, n DESC, {column}
            """),
        reader => (Family: reader.GetString(0), Counted: new Counted(reader.GetString(1), reader.GetInt64(2))))
        .ToLookup(row => row.Family, row => row.Counted);
}
