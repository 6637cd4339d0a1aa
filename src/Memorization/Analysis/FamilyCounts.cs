using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>What is counted of a family without looking into its captions.</summary>
/// <param name="Urls">Distinct URLs.</param>
/// <param name="Hosts">Distinct hosts.</param>
/// <param name="Captions">Distinct captions, as they are.</param>
/// <param name="Stars">Stars of its star cover; null in stores of the first versions.</param>
/// <param name="LargestStar">Rows in the star that has most; null likewise.</param>
/// <param name="LeastSimilarity">The lowest cosine similarity of two of its images; null likewise.</param>
internal sealed record FamilyCounts(long Urls, long Hosts, long Captions, int? Stars, long? LargestStar, double? LeastSimilarity)
{
    /// <summary>The counts of every family of the study.</summary>
    public static IReadOnlyDictionary<string, FamilyCounts> Read(StoreDatabase database)
    {
        // One after the other: at once they would take three times the memory.
        var (urls, hosts, captions) = (Distinct(database, "url"), Distinct(database, "host"), Distinct(database, "caption"));
        return database.Query("""
            WITH stars AS (SELECT s.family, f.star, count(*) AS n FROM study s JOIN families f USING (content_id) WHERE f.star IS NOT NULL GROUP BY ALL),
            largest AS (SELECT family, count(*)::INTEGER AS stars, max(n) AS n FROM stars GROUP BY family)
            SELECT s.family, l.stars, l.n, n.least_similarity
            FROM (SELECT DISTINCT family FROM study) s LEFT JOIN largest l USING (family) LEFT JOIN family_names n USING (family)
            """, reader => (Family: reader.GetString(0), Stars: reader.IsDBNull(1) ? null : (int?)reader.GetInt32(1), LargestStar: reader.IsDBNull(2) ? null : (long?)reader.GetInt64(2),
                LeastSimilarity: reader.IsDBNull(3) ? null : (double?)reader.GetDouble(3)))
            .ToDictionary(row => row.Family, row => new FamilyCounts(urls[row.Family], hosts[row.Family], captions[row.Family], row.Stars, row.LargestStar, row.LeastSimilarity));
    }

    private static Dictionary<string, long> Distinct(StoreDatabase database, string column) => database
        .Query($"SELECT family, count(DISTINCT {column}) FROM study GROUP BY family", reader => (Family: reader.GetString(0), Count: reader.GetInt64(1)))
        .ToDictionary(row => row.Family, row => row.Count);
}
