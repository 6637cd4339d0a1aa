using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>What is counted of a family without looking into its captions.</summary>
/// <param name="Contents">Distinct images.</param>
/// <param name="Urls">Distinct URLs.</param>
/// <param name="Hosts">Distinct hosts.</param>
/// <param name="Captions">Distinct captions, as they are.</param>
/// <param name="Stars">Stars of its star cover; null in stores of the first versions.</param>
/// <param name="LargestStar">Rows in the star that has most; null likewise.</param>
/// <param name="LeastSimilarity">The lowest cosine similarity of two of its images; null likewise.</param>
internal sealed record FamilyCounts(long Contents, long Urls, long Hosts, long Captions, int? Stars, long? LargestStar, double? LeastSimilarity)
{
    /// <summary>The counts of every family of the study.</summary>
    public static IReadOnlyDictionary<string, FamilyCounts> Read(StoreDatabase database) => database.Query("""
        WITH counts AS (
            SELECT family, count(DISTINCT content_id) AS contents, count(DISTINCT url) AS urls, count(DISTINCT host) AS hosts, count(DISTINCT caption) AS captions
            FROM study GROUP BY family),
        stars AS (SELECT s.family, f.star, count(*) AS n FROM study s JOIN families f USING (content_id) WHERE f.star IS NOT NULL GROUP BY ALL),
        largest AS (SELECT family, count(*)::INTEGER AS stars, max(n) AS n FROM stars GROUP BY family)
        SELECT c.family, c.contents, c.urls, c.hosts, c.captions, l.stars, l.n, n.least_similarity
        FROM counts c LEFT JOIN largest l USING (family) LEFT JOIN family_names n USING (family)
        """, reader => (Family: reader.GetString(0), Counts: new FamilyCounts(
            reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
            reader.IsDBNull(5) ? null : reader.GetInt32(5), reader.IsDBNull(6) ? null : reader.GetInt64(6), reader.IsDBNull(7) ? null : reader.GetDouble(7))))
        .ToDictionary(row => row.Family, row => row.Counts);
}
