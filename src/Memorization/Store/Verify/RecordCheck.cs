using System.Globalization;
using DuckDB.NET.Data;

namespace Memorization.Store;

/// <summary>A query for records that must not be.</summary>
/// <param name="Kind">The finding's kind.</param>
/// <param name="Wrong">What is wrong with each.</param>
/// <param name="Sql">Gives one column of text: the records' names.</param>
/// <param name="Fix">What to do.</param>
internal sealed record RecordCheck(string Kind, string Wrong, string Sql, string Fix = RecordCheck.Copy)
{
    private const string Copy = "restore the store from a copy";

    /// <summary>Adds one finding for all records, with the first of them.</summary>
    public void Run(StoreDatabase database, string where, VerifyNotes notes)
    {
        try
        {
            database.ForEach($"SELECT count(*), min(name::VARCHAR) FROM ({Sql}) AS offending(name)", reader =>
            {
                if (reader.GetInt64(0) is > 0 and var count)
                    notes.Add(Kind, where, string.Create(CultureInfo.InvariantCulture, $"{Wrong}: {count}, the first is {(reader.IsDBNull(1) ? "null" : reader.GetString(1))}"), Fix);
            });
        }
        catch (DuckDBException exception)
        {
            notes.Add(Kind, where, $"the check whether {Wrong} does not run: {exception.Message}", "see what DuckDB says");
        }
    }
}
