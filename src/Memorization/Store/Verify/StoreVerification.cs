using System.Text.Json;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>Checks every hash, count and reference of a store: its logs, data files, images, records, snapshots, families and units.</summary>
/// <remarks>
/// It only reads, and takes no lock: a run may go on meanwhile, and what it commits after the start is not looked at. What a killed run left is no finding.
/// Damaged logs or files are named, and the records of states that need them are not compared. docs/store.md lists the checks.
/// </remarks>
public sealed class StoreVerification
{
    private readonly string _store;
    private readonly VerifyNotes _notes = new();
    private readonly LogVerification _logs;
    private readonly FileVerification _files;

    private StoreVerification(string store) => (_store, _logs, _files) = (store, new LogVerification(store, _notes), new FileVerification(_notes));

    /// <summary>Checks a store.</summary>
    /// <param name="store">Its folder.</param>
    /// <param name="stop">Stops between two files or checks.</param>
    /// <exception cref="SetupException">There is no store, or it is of an earlier format.</exception>
    public static async Task<VerifiedStore> RunAsync(string store, CancellationToken stop = default)
    {
        if (!Directory.Exists(store)) throw new SetupException($"there is no store in {store}; run `memorization run STUDY` first");
        StoreUpgrade.ThrowIfNeeded(store);
        var spill = Path.Combine(Path.GetTempPath(), $"memorization-verify-{Path.GetRandomFileName()}");
        var verification = new StoreVerification(store);
        try
        {
            await verification.CheckAsync(spill, stop).ConfigureAwait(false);
        }
        finally
        {
            if (Directory.Exists(spill)) Directory.Delete(spill, recursive: true);
        }

        return new VerifiedStore(verification._notes.Counts, verification._notes.Findings);
    }

    private async Task CheckAsync(string spill, CancellationToken stop)
    {
        var snapshots = await SnapshotsAsync().ConfigureAwait(false);
        var newest = await _logs.ReadNewestAsync().ConfigureAwait(false);
        if (newest is not null) _notes.Counts = _notes.Counts with { Leftovers = Leftovers.Find(newest).LongCount() };
        if (newest is not null && await _files.RunAsync(newest, stop).ConfigureAwait(false))
        {
            await new RowVerification(newest, _notes).RunAsync(spill, stop).ConfigureAwait(false);
            await UnitsAsync(newest, spill).ConfigureAwait(false);
        }
        else
        {
            Skip();
        }

        foreach (var snapshot in snapshots)
        {
            if (await _logs.ReadAsync(snapshot).ConfigureAwait(false) is not { } tables || !await _files.RunAsync(tables, stop).ConfigureAwait(false))
            {
                Skip();
                continue;
            }

            using var database = StoreDatabase.Open(tables, snapshot.Filter, snapshot.Model, snapshot);
            database.SpillTo(spill);
            FamilyVerification.Run(database, snapshot.PathIn(_store), await IsUpgradedAsync(snapshot).ConfigureAwait(false), _notes);
        }
    }

    private void Skip() => _notes.Counts = _notes.Counts with { StatesNotCompared = _notes.Counts.StatesNotCompared + 1 };

    private async Task<List<Snapshot>> SnapshotsAsync()
    {
        List<Snapshot> all = [];
        var folder = Path.Combine(_store, Snapshot.Folder);
        var current = Path.Combine(_store, Snapshot.Current);
        // Before the snapshots: what it names is there by now.
        var number = File.Exists(current) ? (await File.ReadAllTextAsync(current).ConfigureAwait(false)).Trim() : null;
        foreach (var path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            try
            {
                var snapshot = await Snapshot.ReadAsync(path).ConfigureAwait(false);
                if (snapshot.PathIn(_store) != path || snapshot.Tables is null) _notes.Add("snapshot", path, "the file does not say which snapshot it is, or of which tables");
                else all.Add(snapshot);
            }
            catch (Exception exception) when (exception is JsonException or IOException)
            {
                _notes.Add("snapshot", path, $"the snapshot cannot be read: {exception.Message}", "restore it from a copy, or delete it unless CURRENT names it");
            }
        }

        _notes.Counts = _notes.Counts with { Snapshots = all.Count };
        if (number is not null && !File.Exists(Path.Combine(folder, number + ".json")))
            _notes.Add("snapshot", current, $"CURRENT names snapshot {number}, which is not there", $"write the number of a snapshot that is in {folder} into it");
        // Without CURRENT the first snapshot alone is one whose publication was cut off; the next run replaces it.
        if (number is null && all.Exists(snapshot => snapshot.Number > 0)) _notes.Add("snapshot", current, "the file is missing", $"write {all.Max(snapshot => snapshot.Number)} into it");
        return all;
    }

    private async Task UnitsAsync(StoreTables tables, string spill)
    {
        List<(string Filter, string Model)> scopes;
        using (var units = StoreDatabase.OfAllRecords(tables, Tables.Of(Tables.Units)))
            scopes = [.. units.Query("SELECT DISTINCT filter, model FROM units ORDER BY ALL", reader => (reader.GetString(0), reader.GetString(1)))];
        var filters = scopes.Select(scope => scope.Filter).Concat(Partitions(tables, Tables.Verdicts)).Concat((await ScanRules.ReadAllAsync(_store).ConfigureAwait(false)).Keys).Distinct().Count();
        var models = scopes.Select(scope => scope.Model).Concat(Partitions(tables, Tables.Embeddings)).Distinct().Count();
        foreach (var (filter, model) in scopes)
        {
            using var database = StoreDatabase.Open(tables, filter, model);
            database.SpillTo(spill);
            UnitVerification.Run(database, $"units of filter {filter} and model {model}", filters == 1, models == 1, _notes);
        }
    }

    private static IEnumerable<string> Partitions(StoreTables tables, string name) =>
        tables.Files(Tables.Of(name)).Select(file => file.PartitionValues.GetValueOrDefault(Tables.Of(name).Partition!, ""));

    private async Task<bool> IsUpgradedAsync(Snapshot snapshot)
    {
        if (snapshot.Tables.Values.Any(version => version > 0)) return false;
        var first = DeltaLog.CommitPath(Path.Combine(_store, Tables.Rows, DeltaLog.Folder), 0);
        return File.Exists(first) && (await DeltaLog.ReadCommitAsync(first).ConfigureAwait(false)).Exists(action => action.CommitInfo?.Operation == "UPGRADE");
    }
}
