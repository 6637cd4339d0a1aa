using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Memorization.Pipelines;

/// <summary>Tells a damaged file of a store from everything else that can go wrong.</summary>
internal static class UnreadableStore
{
    // What DuckDB says of bytes that are no Parquet, end early, or do not unpack.
    private static readonly DuckDBErrorType[] Kinds = [DuckDBErrorType.Invalid, DuckDBErrorType.InvalidInput, DuckDBErrorType.Io, DuckDBErrorType.Serialization];

    /// <summary>What DuckDB says of the file, in one line; null if something else went wrong.</summary>
    public static string? Problem(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is DuckDBException problem && Kinds.Contains(problem.ErrorType)) return problem.Message.Split('\n')[0];
        }

        return null;
    }
}
