using System.Globalization;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>A store that this process alone may write, from the lock to its release.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class HeldStore : IDisposable
{
    private readonly StoreLock _lock;
    private readonly TimeProvider _time;
    private readonly string _run;

    private HeldStore(StoreLock storeLock, StoreTables tables, string run, TimeProvider time) =>
        (_lock, Tables, _run, _time) = (storeLock, tables, run, time);

    /// <summary>The store's folder.</summary>
    public string Path => Tables.Store;

    /// <summary>Whether the store was of an earlier format when it was taken.</summary>
    public bool WasUpgraded { get; private init; }

    /// <summary>The newest version of every table; moves with each commit.</summary>
    public StoreTables Tables { get; }

    /// <summary>Takes a store, or makes one; removes what a killed run left, and brings a store of an earlier format to this one.</summary>
    /// <param name="store">The store's folder.</param>
    /// <param name="run">The run's id, unique in this store.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="SetupException">Another process holds the store, or it cannot be written or read.</exception>
    public static async Task<HeldStore> TakeAsync(string store, string run, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        var storeLock = StoreLock.Take(store, time);
        try
        {
            var isOld = StoreUpgrade.IsNeeded(store);
            if (isOld) await StoreUpgrade.RunAsync(store, run, time).ConfigureAwait(false);
            var tables = await StoreTables.ReadAsync(store).ConfigureAwait(false);
            Leftovers.Remove(tables);
            return new HeldStore(storeLock, tables, run, time) { WasUpgraded = isOld };
        }
        catch
        {
            storeLock.Dispose();
            throw;
        }
    }

    /// <summary>The name of a file for the next version of a table; no other run uses it.</summary>
    internal string NextFile(TableDefinition table, int number = 0) => string.Create(
        CultureInfo.InvariantCulture, $"{Leftovers.NamePrefix}{Tables[table.Name].Version + 1:D6}-{_run}{(number == 0 ? "" : $"-{number:D4}")}.parquet");

    /// <summary>Writes the records into a file of the table; it is no part of the table before <see cref="CommitAsync"/>.</summary>
    /// <returns>The file; null if there are no records.</returns>
    internal async Task<DataFile?> WriteAsync<T>(TableDefinition table, string? partition, IReadOnlyCollection<T> records, int number = 0)
        where T : class, new() => records.Count == 0
            ? null
            : await TableFile.WriteAsync(Path, table, partition, NextFile(table, number), records).ConfigureAwait(false);

    /// <summary>Makes files part of a table, and others no part of it, in one step.</summary>
    /// <param name="commit">What changes.</param>
    /// <returns>The table's new version.</returns>
    /// <exception cref="StoreLostException">Another process has taken the store over.</exception>
    /// <exception cref="SetupException">The folder cannot be written.</exception>
    internal async Task<long> CommitAsync(TableCommit commit)
    {
        _lock.ThrowIfLost();
        var state = Tables[commit.Table.Name];
        var now = _time.GetUtcNow();
        await DeltaLog.AppendAsync(System.IO.Path.Combine(Path, commit.Table.Name), state, DeltaActions.Of(commit, state, Path, _run, now), now).ConfigureAwait(false);
        return state.Version;
    }

    /// <summary>Makes a snapshot the one that readers see.</summary>
    /// <exception cref="StoreLostException">Another process has taken the store over.</exception>
    internal Task PublishAsync(Snapshot snapshot)
    {
        _lock.ThrowIfLost();
        return snapshot.PublishAsync(Path);
    }

    /// <summary>Gives the store back; what was not committed is not part of it.</summary>
    public void Dispose() => _lock.Dispose();
}

/// <summary>What one step changes in a table.</summary>
/// <param name="Table">The table.</param>
/// <param name="Operation">What it is for, in the log's words: WRITE, OPTIMIZE.</param>
/// <param name="Added">Files that become part of it.</param>
internal sealed record TableCommit(TableDefinition Table, string Operation, IReadOnlyList<DataFile> Added)
{
    /// <summary>Files that are no part of it any more.</summary>
    public IReadOnlyList<DeltaAdd> Removed { get; init; } = [];

    /// <summary>How far applications have come with it.</summary>
    public IReadOnlyDictionary<string, long> Transactions { get; init; } = new Dictionary<string, long>();

    /// <summary>False where the same rows only lie in other files.</summary>
    public bool DataChange { get; init; } = true;
}
