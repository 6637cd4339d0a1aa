using Memorization.Flow;

namespace Memorization.Store;

/// <summary>Checks the counts of finished units against the rows that are stored of them.</summary>
/// <remarks>
/// Only what must hold, whatever ran since. A unit's selected rows are all stored, at their places; while there is one filter, nothing else is. What the filter
/// refuses stays refused, and what failed for good stays failed. A kept row stays so while there is one model. Not compared: failures that a later run
/// may mend, and rows that stand elsewhere first, which are other rows in another order of the input.
/// </remarks>
internal static class UnitVerification
{
    private const string Fix = "restore the store from a copy; or delete nothing and scan the input into a new store";

    private const string PlacesSql = """
        WITH places AS (
            SELECT unit, row_key, kept, refused
            FROM (SELECT source_content || ':' || source_row_group AS unit, row_key FROM (SELECT * FROM rows UNION ALL SELECT * FROM duplicates))
            JOIN (SELECT row_key, any_value(kept) AS kept, any_value(reason) AS refused FROM verdicts GROUP BY row_key) USING (row_key)),
        outcomes AS (SELECT unit, outcome, reason FROM places JOIN images USING (row_key) WHERE kept)
        """;

    /// <summary>Checks the units that are finished under a filter and a model.</summary>
    /// <param name="database">The newest state, under them.</param>
    /// <param name="where">What a finding calls them.</param>
    /// <param name="isOnlyFilter">Whether the store never had another filter.</param>
    /// <param name="isOnlyModel">Whether it never had another model.</param>
    /// <param name="notes">Takes the findings.</param>
    public static void Run(StoreDatabase database, string where, bool isOnlyFilter, bool isOnlyModel, VerifyNotes notes)
    {
        foreach (var check in Checks(isOnlyFilter ? "<>" : ">", isOnlyModel)) check.Run(database, where, notes);
    }

    private static IEnumerable<RecordCheck> Checks(string differs, bool isOnlyModel)
    {
        yield return Check("units count other rows than are stored", $"reason IS NULL OR reason NOT IN ({StoreDatabase.Names(reason => reason.Stage() == StageName.Scan)})", "''",
            "SELECT unit, '' AS reason, count(*) AS rows FROM places GROUP BY unit", differs);
        yield return Check("units count other rows than the filter refused", $"reason IN ({StoreDatabase.Names(reason => reason.Stage() is StageName.Urls or StageName.Captions)})", "reason",
            "SELECT unit, refused AS reason, count(*) AS rows FROM places WHERE NOT kept GROUP BY ALL", differs);
        yield return Check("units count more final failures than images have", $"reason IN ({StoreDatabase.Names(reason => reason.Stage() > StageName.Known && reason.Retry() == Retry.Never)})", "reason",
            "SELECT unit, reason, count(*) AS rows FROM outcomes WHERE reason IS NOT NULL GROUP BY ALL", ">");
        if (isOnlyModel)
            yield return Check("units count more kept rows than images have", "reason IS NULL", "''", "SELECT unit, '' AS reason, count(*) AS rows FROM outcomes WHERE outcome = 'kept' GROUP BY unit", ">");
    }

    private static RecordCheck Check(string wrong, string which, string reason, string stored, string differs) => new("unit", wrong, $"""
        {PlacesSql}
        SELECT c.unit || ' ' || c.reason || ': counted ' || coalesce(c.rows, 0) || ', stored ' || coalesce(s.rows, 0)
        FROM (SELECT unit, {reason} AS reason, sum(rows)::BIGINT AS rows FROM units WHERE {which} GROUP BY ALL) c LEFT JOIN ({stored}) s USING (unit, reason)
        WHERE c.rows {differs} coalesce(s.rows, 0)
        """, Fix);
}
