using System.Globalization;
using Memorization.Flow;
using Memorization.Store;

namespace Memorization.Analysis;

/// <summary>What became of the images of one host, among the rows that the filter keeps.</summary>
/// <param name="Host">The host as requested, lower case, without a port.</param>
/// <param name="Rows">Rows whose image was asked for.</param>
/// <param name="Stored">Rows whose image is stored.</param>
/// <param name="Failed">Rows whose image is not.</param>
/// <param name="Reasons">The failed rows by reason, most frequent first.</param>
public sealed record HostOutcome(string Host, long Rows, long Stored, long Failed, IReadOnlyDictionary<Reason, long> Reasons)
{
    private const string HostsSql = """
        SELECT i.host, coalesce(i.reason, '') AS reason, i.outcome = 'kept' AS kept
        FROM images i JOIN verdicts v USING (row_key) WHERE v.kept
        """;

    /// <summary>The hosts with the most failures; equal ones by name. Hosts without any are left out.</summary>
    /// <param name="database">The store.</param>
    /// <param name="limit">Hosts at most.</param>
    /// <param name="reason">Hosts with failures of this reason alone, those with most of them first; null for any.</param>
    public static IReadOnlyList<HostOutcome> Failing(StoreDatabase database, int limit, Reason? reason = null)
    {
        ArgumentNullException.ThrowIfNull(database);
        var counts = reason is null ? "NOT kept" : $"reason = '{reason}'"; // a member's name, nothing that a user writes
        var rows = database.Query(string.Create(CultureInfo.InvariantCulture, $"""
            WITH hosts AS ({HostsSql}), worst AS (
                SELECT host, count(*) AS rows, count(*) FILTER (NOT kept) AS failed, count(*) FILTER ({counts}) AS asked
                FROM hosts GROUP BY host HAVING asked > 0 ORDER BY asked DESC, host LIMIT {limit})
            SELECT w.host, w.rows, w.failed, h.reason, count(*)
            FROM worst w JOIN hosts h USING (host) WHERE NOT h.kept GROUP BY w.host, w.rows, w.failed, w.asked, h.reason ORDER BY w.asked DESC, w.host, count(*) DESC, h.reason
            """), reader => (Host: reader.GetString(0), Rows: reader.GetInt64(1), Failed: reader.GetInt64(2), Reason: reader.GetString(3), Count: reader.GetInt64(4)));
        return [.. rows.GroupBy(row => (row.Host, row.Rows, row.Failed)).Select(host => new HostOutcome(
            host.Key.Host, host.Key.Rows, host.Key.Rows - host.Key.Failed, host.Key.Failed,
            host.ToDictionary(row => Enum.Parse<Reason>(row.Reason), row => row.Count)))];
    }

    /// <summary>How many hosts were asked.</summary>
    public static long Count(StoreDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.Count($"SELECT count(DISTINCT host) FROM ({HostsSql})");
    }
}
