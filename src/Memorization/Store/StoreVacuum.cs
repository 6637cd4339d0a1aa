namespace Memorization.Store;

/// <summary>What <see cref="StoreVacuum"/> removed, or would.</summary>
/// <param name="Snapshots">Snapshots that readers cannot go back to any more.</param>
/// <param name="Files">Data files, shards and log files.</param>
/// <param name="Bytes">Their length together.</param>
/// <param name="SnapshotsKept">Snapshots that stay readable.</param>
public sealed record VacuumedStore(int Snapshots, int Files, long Bytes, int SnapshotsKept);

/// <summary>Removes snapshots that are older than wanted, and every file that neither a newer snapshot nor the newest version of a table names.</summary>
/// <remarks>Snapshots go first: wherever it is cut off, what is left is whole.</remarks>
public static class StoreVacuum
{
    /// <summary>Removes them.</summary>
    /// <param name="store">The store.</param>
    /// <param name="retain">Snapshots younger than this stay, and the newest whatever its age.</param>
    /// <param name="time">The clock.</param>
    /// <param name="delete">False to only count.</param>
    public static async Task<VacuumedStore> RunAsync(HeldStore store, TimeSpan retain, TimeProvider time, bool delete)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        var current = await Snapshot.ReadCurrentAsync(store.Path).ConfigureAwait(false);
        var snapshots = (await Snapshot.ReadAllAsync(store.Path).ConfigureAwait(false)).ToLookup(
            snapshot => snapshot.Number == current?.Number || (snapshot.CreatedAt >= time.GetUtcNow() - retain && snapshot.Number < current?.Number));
        var kept = snapshots[true].ToList();
        List<StoreTables> states = [store.Tables];
        foreach (var snapshot in kept) states.Add(await StoreTables.ReadAsync(store.Path, snapshot.Tables).ConfigureAwait(false));

        List<string> gone = [.. snapshots[false].Select(snapshot => snapshot.PathIn(store.Path))];
        if (delete) gone.ForEach(File.Delete);
        var files = Unnamed(store, states).ToList();
        var bytes = files.Sum(path => new FileInfo(path).Length);
        if (delete) files.ForEach(File.Delete);
        foreach (var table in Tables.All)
        {
            var oldest = states.Min(state => state[table.Name].Version is >= 0 and var version ? version : long.MaxValue);
            files.AddRange(DeltaLog.Expire(Path.Combine(store.Path, table.Name), oldest, delete));
        }

        return new VacuumedStore(gone.Count, files.Count, bytes, kept.Count);
    }

    private static IEnumerable<string> Unnamed(HeldStore store, List<StoreTables> states)
    {
        foreach (var table in Tables.All)
        {
            var named = states.SelectMany(state => state.Files(table).Select(file => state.PathOf(table.Name, file.Path))).ToHashSet();
            var folder = Path.Combine(store.Path, table.Name);
            if (!Directory.Exists(folder)) continue;
            foreach (var path in Directory.EnumerateFiles(folder, "*.parquet", SearchOption.AllDirectories).Select(Path.GetFullPath))
                if (!named.Contains(path) && !DeltaLog.IsPartOf(path)) yield return path;
        }

        HashSet<string> shards = [];
        foreach (var state in states)
        {
            using var database = StoreDatabase.OfAllRecords(state, Tables.Of(Tables.Images));
            database.ForEach("SELECT DISTINCT blob FROM images WHERE blob IS NOT NULL", reader => shards.Add(reader.GetString(0)));
        }

        var blobs = Path.Combine(store.Path, BlobShard.Folder);
        if (!Directory.Exists(blobs)) yield break;
        foreach (var path in Directory.EnumerateFiles(blobs, BlobShard.NamePrefix + "*"))
            if (!shards.Contains(Path.GetFileName(path))) yield return path;
    }
}
