namespace Memorization.Store;

/// <summary>Checks a snapshot's families: they are exactly of the images that its filter keeps, and what a cut of its forest gives.</summary>
internal static class FamilyVerification
{
    private const string Kind = "family";
    private const string Fix = "run the study again: families are made anew from the embeddings; or restore the store from a copy";

    private const string KeptSql = """
        SELECT DISTINCT content_id FROM images JOIN verdicts USING (row_key) SEMI JOIN embeddings USING (content_id) WHERE kept AND outcome = 'kept'
        """;

    private static readonly RecordCheck[] Members =
    [
        new(Kind, "kept images are in no family", $"SELECT content_id FROM ({KeptSql}) ANTI JOIN families USING (content_id)", Fix),
        new(Kind, "images in families are not kept", $"SELECT content_id FROM families ANTI JOIN ({KeptSql}) USING (content_id)", Fix),
        new(Kind, "families and names do not agree", """
            SELECT coalesce(f.family, n.family) FROM (SELECT family, count(*) AS contents, count(DISTINCT star) AS stars FROM families GROUP BY family) f
            FULL JOIN family_names n USING (family) WHERE f.family IS NULL OR n.family IS NULL OR f.contents <> n.contents OR f.stars <> n.stars
            """, Fix),
    ];

    private static readonly RecordCheck[] Shapes =
    [
        new(Kind, "images are in two families", "SELECT content_id FROM families GROUP BY content_id HAVING count(*) > 1", Fix),
        new(Kind, "families are not named by their smallest image", "SELECT family FROM families GROUP BY family HAVING family <> min(content_id)", Fix),
        new(Kind, "stars are not in their family", """
            SELECT f.star FROM families f ANTI JOIN families s ON s.content_id = f.star AND s.family = f.family WHERE f.star IS NOT NULL
            """, Fix),
        new(Kind, "families share a stable id", "SELECT stable_id FROM family_names GROUP BY stable_id HAVING count(*) > 1", Fix),
        new(Kind, "links end in no family", "SELECT a || ' ' || b FROM forest WHERE a NOT IN (SELECT content_id FROM families) OR b NOT IN (SELECT content_id FROM families)", Fix),
    ];

    /// <summary>Runs the checks on a database that is open at the snapshot.</summary>
    /// <param name="database">The database.</param>
    /// <param name="where">What a finding calls the snapshot.</param>
    /// <param name="isUpgraded">Whether it was made of an earlier format, whose snapshots did not name the rows that they were of.</param>
    /// <param name="notes">Takes the findings.</param>
    public static void Run(StoreDatabase database, string where, bool isUpgraded, VerifyNotes notes)
    {
        foreach (var check in Shapes.Concat(isUpgraded ? [] : Members).Concat(Links(database.Snapshot!))) check.Run(database, where, notes);
    }

    // A forest's links at or above the threshold hold each family together, and none too many.
    private static IEnumerable<RecordCheck> Links(Snapshot snapshot) =>
    [
        new(Kind, "links are weaker than the store threshold", FormattableString.Invariant($"SELECT a || ' ' || b FROM forest WHERE NOT similarity >= {snapshot.StoreThreshold:R}"), Fix),
        new(Kind, "links at the threshold join two families", FormattableString.Invariant($"""
            SELECT a || ' ' || b FROM forest JOIN families x ON x.content_id = a JOIN families y ON y.content_id = b WHERE similarity >= {snapshot.Threshold:R} AND x.family <> y.family
            """), Fix),
        new(Kind, "families are not held together by links", FormattableString.Invariant($"""
            SELECT family FROM (SELECT family, count(*) AS contents FROM families GROUP BY family)
            LEFT JOIN (SELECT family, count(*) AS links FROM forest JOIN families ON content_id = a WHERE similarity >= {snapshot.Threshold:R} GROUP BY family) USING (family)
            WHERE contents <> coalesce(links, 0) + 1
            """), Fix),
    ];
}
