using Memorization.Flow;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>Rows that ended for one reason.</summary>
/// <param name="Stage">The stage that gave it.</param>
/// <param name="Reason">Why they are not in the study.</param>
/// <param name="Rows">How many.</param>
/// <param name="Meaning">One sentence for a person.</param>
public sealed record FunnelStep(StageName Stage, Reason Reason, long Rows, string Meaning);

/// <summary>What became of every row that was read, counted from a store: read = the steps' rows + pending + study rows.</summary>
/// <param name="RowsRead">Rows of the finished units, and of the others as far as they are stored.</param>
/// <param name="Steps">Rows that are not in the study, in the order of the stages.</param>
/// <param name="RowsPending">Rows of unfinished units that are selected and have no embedding under the model yet.</param>
/// <param name="StudyRows">Rows the study is about, each counted once.</param>
/// <param name="UnitsFinished">Row groups whose every row has ended.</param>
public sealed record StoreFunnel(long RowsRead, IReadOnlyList<FunnelStep> Steps, long RowsPending, long StudyRows, long UnitsFinished)
{
    private const string EndsSql = """
        SELECT reason, sum(n)::BIGINT FROM (
            SELECT coalesce(reason, 'kept') AS reason, rows AS n FROM units
            UNION ALL
            SELECT CASE WHEN s.row_key IS NOT NULL THEN 'kept' ELSE coalesce(v.reason, i.reason, 'pending') END, 1
            FROM unfinished_rows JOIN verdicts v USING (row_key) LEFT JOIN images i USING (row_key) LEFT JOIN study s USING (row_key))
        GROUP BY reason
        """;

    /// <summary>Counts the funnel of a store's state.</summary>
    public static StoreFunnel Compute(StoreDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        var ends = database.Query(EndsSql, reader => (Reason: reader.GetString(0), Rows: reader.GetInt64(1))).ToDictionary(end => end.Reason, end => end.Rows);
        var read = ends.Values.Sum();
        ends.Remove("kept", out var kept);
        ends.Remove("pending", out var pending);
        var study = database.Count("SELECT count(*) FROM study");

        // A row met again in another file ends as stored there too; the study counts it once.
        if (kept > study) ends[nameof(Reason.AlreadyStored)] = ends.GetValueOrDefault(nameof(Reason.AlreadyStored)) + kept - study;
        else pending += kept - study;
        var steps = ends.Where(end => end.Value > 0).Select(end => (Reason: Enum.Parse<Reason>(end.Key), end.Value)).OrderBy(end => end.Reason)
            .Select(end => new FunnelStep(end.Reason.Stage(), end.Reason, end.Value, end.Reason.Meaning()));
        return new StoreFunnel(read, [.. steps], pending, study, database.Count("SELECT count(DISTINCT unit) FROM units"));
    }
}
