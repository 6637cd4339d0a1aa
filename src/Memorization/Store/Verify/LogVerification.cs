using System.Globalization;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>Checks the tables' logs: every commit from the oldest checkpoint on is there and parses, and each checkpoint is the sum of the commits before it.</summary>
internal sealed class LogVerification(string store, VerifyNotes notes)
{
    private const string Kind = "log";

    /// <summary>Reads the newest version of each table; null where one cannot be.</summary>
    /// <remarks>The last table first: a run commits the first one first, so that what is read never names what is not, even while one commits.</remarks>
    public async Task<StoreTables?> ReadNewestAsync()
    {
        var states = new Dictionary<string, DeltaState>();
        foreach (var table in Tables.All.Reverse())
        {
            var folder = Path.Combine(store, table.Name);
            var before = notes.Findings.Count;
            DeltaState? state = null;
            var error = "";
            try
            {
                state = await DeltaLog.ReadAsync(folder).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SetupException or IOException)
            {
                error = exception.Message;
            }

            await ReplayAsync(folder, state?.Version ?? long.MaxValue).ConfigureAwait(false);
            if (state is not null) states[table.Name] = state;
            else if (notes.Findings.Count == before) notes.Add(Kind, folder, error);
        }

        return states.Count == Tables.All.Count ? StoreTables.Of(store, states) : null;
    }

    /// <summary>Reads the tables at a snapshot's versions; null where one is not there.</summary>
    public async Task<StoreTables?> ReadAsync(Snapshot snapshot)
    {
        try
        {
            return await StoreTables.ReadAsync(store, snapshot.Tables).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SetupException or IOException)
        {
            notes.Add("snapshot", snapshot.PathIn(store), $"the version of a table that it names cannot be read: {exception.Message}", "restore the table's log from a copy");
            return null;
        }
    }

    private async Task ReplayAsync(string table, long newest)
    {
        var log = Path.Combine(table, DeltaLog.Folder);
        if (!Directory.Exists(log)) return;
        var (commits, checkpoints) = DeltaLog.List(log);
        var last = Math.Min(newest, Math.Max(commits.LastOrDefault(-1), checkpoints.LastOrDefault(-1)));
        if (last < 0) return;
        notes.Counts = notes.Counts with { Tables = notes.Counts.Tables + 1 };
        var (known, points) = (commits.ToHashSet(), checkpoints.ToHashSet());
        var begin = known.Contains(0) ? 0 : checkpoints.FirstOrDefault(-1);
        if (begin < 0)
        {
            notes.Add(Kind, DeltaLog.CommitPath(log, 0), "the commit is missing");
            return;
        }

        // Null while something before is missing.
        DeltaState? state = known.Contains(0) ? new DeltaState() : null;
        for (var version = begin; version <= last; version++)
        {
            if (version > begin || state is not null) state = await ApplyAsync(log, version, known, state).ConfigureAwait(false);
            if (points.Contains(version)) state = await CompareAsync(log, version, state).ConfigureAwait(false);
        }
    }

    private async Task<DeltaState?> ApplyAsync(string log, long version, HashSet<long> known, DeltaState? state)
    {
        var path = DeltaLog.CommitPath(log, version);
        if (!known.Contains(version))
        {
            notes.Add(Kind, path, "the commit is missing");
            return null;
        }

        try
        {
            foreach (var action in await DeltaLog.ReadCommitAsync(path).ConfigureAwait(false)) state?.Apply(action);
            notes.Counts = notes.Counts with { Versions = notes.Counts.Versions + 1 };
            if (state is not null) state.Version = version;
            if (state is { Protocol: null } or { MetaData: null }) notes.Add(Kind, path, "the log says neither protocol nor schema before this version ends");
            return state;
        }
        catch (Exception exception) when (exception is SetupException or IOException)
        {
            notes.Add(Kind, path, exception.Message);
            return null;
        }
    }

    private async Task<DeltaState?> CompareAsync(string log, long version, DeltaState? replayed)
    {
        var path = DeltaLog.CheckpointPath(log, version);
        try
        {
            var state = new DeltaState { Version = version };
            foreach (var action in await DeltaLog.ReadCheckpointAsync(path).ConfigureAwait(false)) state.Apply(action);
            if (replayed is not null && !Lines(replayed).SequenceEqual(Lines(state)))
                notes.Add(Kind, path, "the checkpoint is not the sum of the commits up to it", "delete it if the commits before it are all there");
            return replayed ?? state;
        }
        catch (Exception exception) when (exception is SetupException or IOException)
        {
            notes.Add(Kind, path, exception.Message);
            return replayed;
        }
    }

    // Removals are left out: a checkpoint forgets them after a while.
    private static IEnumerable<string> Lines(DeltaState state) => state.Actions(DateTimeOffset.MaxValue).Select(action => string.Create(CultureInfo.InvariantCulture, $"""
        {action.Protocol?.MinReaderVersion} {action.Protocol?.MinWriterVersion} {action.MetaData?.Id} {action.MetaData?.SchemaString} {action.Transaction?.AppId} {action.Transaction?.Version}
        {action.Add?.Path} {action.Add?.Size} {action.Add?.Stats} {action.Add?.Tags?.GetValueOrDefault(DeltaAdd.Sha256)} {string.Join(" ", action.Add?.PartitionValues.Values.AsEnumerable() ?? [])}
        """));
}
