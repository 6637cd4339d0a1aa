using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;

namespace Memorization.Store;

/// <content>Answers that do not fit into memory.</content>
public sealed partial class StoreDatabase
{
    // Enough for the buffers of a sort on eight threads; what does not fit is written to a folder.
    private const int SortMegabytes = 2048;
    private const int SortThreads = 8;

    /// <summary>Runs a query and maps its rows as they are asked for. No other query may run before the last one was.</summary>
    /// <exception cref="OperationCanceledException">It was to stop, while it sorted or between two rows.</exception>
    internal IEnumerable<T> Stream<T>(string sql, Func<DbDataReader, T> map, CancellationToken stop = default)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        using var interrupt = stop.Register(command.Cancel);
        using var reader = Interruptible(command.ExecuteReader, stop);
        while (Interruptible(reader.Read, stop)) yield return map(reader);
    }

    /// <summary>Lets sorts and joins use a folder where they would need more than 2 GB.</summary>
    /// <param name="folder">Made when it is needed; the caller removes it once the database is closed.</param>
    internal void SpillTo(string folder) => Execute(string.Create(CultureInfo.InvariantCulture, $"""
        SET temp_directory = '{folder.Replace("'", "''", StringComparison.Ordinal)}';
        SET memory_limit = '{SortMegabytes}MB';
        SET threads = {Math.Min(Environment.ProcessorCount, SortThreads)}
        """));

    private static T Interruptible<T>(Func<T> step, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            return step();
        }
        catch (DuckDBException) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop);
        }
    }
}
