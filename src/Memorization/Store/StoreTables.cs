namespace Memorization.Store;

/// <summary>The tables of a store at versions that belong together.</summary>
public sealed class StoreTables
{
    private readonly Dictionary<string, DeltaState> _states;

    private StoreTables(string store, Dictionary<string, DeltaState> states)
    {
        Store = store;
        _states = states;
    }

    /// <summary>The store's folder.</summary>
    public string Store { get; }

    /// <summary>The version of each table that has one.</summary>
    internal SortedDictionary<string, long> Versions =>
        new(_states.Where(table => table.Value.Version >= 0).ToDictionary(table => table.Key, table => table.Value.Version), StringComparer.Ordinal);

    /// <summary>The table's state.</summary>
    internal DeltaState this[string table] => _states[table];

    /// <summary>Reads the newest version of each table.</summary>
    /// <param name="store">The store's folder; it need not be there.</param>
    /// <exception cref="Configuration.SetupException">A log is not whole, or the store is of an earlier format.</exception>
    public static Task<StoreTables> ReadAsync(string store)
    {
        StoreUpgrade.ThrowIfNeeded(store);
        return ReadAsync(store, null);
    }

    /// <summary>Reads the tables' logs.</summary>
    /// <param name="store">The store's folder; it need not be there.</param>
    /// <param name="versions">The versions wanted; tables that are not named are empty. Null for the newest of all.</param>
    /// <exception cref="Configuration.SetupException">A log is not whole.</exception>
    internal static async Task<StoreTables> ReadAsync(string store, IReadOnlyDictionary<string, long>? versions)
    {
        var states = new Dictionary<string, DeltaState>();
        foreach (var table in Tables.All)
            states[table.Name] = await DeltaLog.ReadAsync(Path.Combine(store, table.Name), versions is null ? null : versions.GetValueOrDefault(table.Name, -1)).ConfigureAwait(false);
        return new StoreTables(store, states);
    }

    /// <summary>Tables whose logs were read already.</summary>
    internal static StoreTables Of(string store, Dictionary<string, DeltaState> states) => new(store, states);

    /// <summary>A table's files, or those of one of its partitions.</summary>
    internal IEnumerable<DeltaAdd> Files(TableDefinition table, string? partition = null) => _states[table.Name].Files
        .Where(file => partition is null || file.PartitionValues.GetValueOrDefault(table.Partition!) == partition);

    /// <summary>The number of records in a table; −1 if its log does not say it.</summary>
    internal long Count(string table)
    {
        var counts = _states[table].Files.Select(file => FileStatistics.Rows(file.Stats)).ToList();
        return counts.Contains(-1) ? -1 : counts.Sum();
    }

    /// <summary>Full path of a table's file.</summary>
    internal string PathOf(string table, string path) => Path.GetFullPath(Path.Combine(Store, table, Uri.UnescapeDataString(path)));

    /// <summary>Every record of a table's files.</summary>
    internal async Task<List<T>> ReadAsync<T>(TableDefinition table, string? partition = null)
        where T : class, new()
    {
        List<T> records = [];
        foreach (var file in Files(table, partition)) records.AddRange(await TableFile.ReadAsync<T>(PathOf(table.Name, file.Path)).ConfigureAwait(false));
        return records;
    }
}
