using Memorization.Captions;
using Memorization.Flow;

namespace Memorization.Store;

/// <summary>What a run would do, counted before it does anything.</summary>
public sealed record WorkAhead
{
    /// <summary>Row groups and rows that are skipped, judged anew from the store, or scanned.</summary>
    public required PlanCounts Plan { get; init; }

    /// <summary>Rows whose image would be requested for the first time.</summary>
    public required long Fetch { get; init; }

    /// <summary>Rows whose image would be requested again: they failed for a reason that may have passed, an option changed that had decided, or their bytes were not kept and are needed.</summary>
    public required long FetchAgain { get; init; }

    /// <summary>Rows whose image would be taken out of the store and decoded anew.</summary>
    public required long Reread { get; init; }

    /// <summary>Images that would be embedded, at most: those taken out of the store, and those that the requests bring.</summary>
    public required long EmbedAtMost { get; init; }

    /// <summary>Stored images that would be compared with all others and join the families.</summary>
    public required long Join { get; init; }

    /// <summary>Images that would leave the families.</summary>
    public required long Leave { get; init; }
}

/// <summary>The end of a graph that stops before the first request: counts what the stages after it would get. Not thread-safe.</summary>
public sealed class PlannedWork(KnownRows known)
{
    private readonly HashSet<string> _stored = [];
    private readonly HashSet<UInt128> _staying = [];
    private long _fetch;
    private long _fetchAgain;
    private long _reread;

    /// <summary>Takes the end of a row.</summary>
    public void Add(RowEnd end)
    {
        if (end.Item is not SelectedRow row) return;
        if (end.Rejection is { } rejection)
        {
            if (rejection.Reason == Reason.AlreadyStored) _staying.Add(row.Row.Key);
        }
        else if (!known.Due.TryGetValue(row.Row.Key, out var prior))
        {
            _fetch++;
        }
        else if (prior.Bytes is not null)
        {
            _reread++;
        }
        else
        {
            _fetchAgain++;
        }
    }

    /// <summary>Adds it up.</summary>
    /// <param name="tables">The store's tables.</param>
    /// <param name="scope">The filter and the model of the run.</param>
    /// <param name="plan">What is done with the input's row groups.</param>
    public async Task<WorkAhead> SumAsync(StoreTables tables, StoreScope scope, PlanCounts plan)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(scope);
        var (join, leave) = await MovesAsync(tables, scope).ConfigureAwait(false);
        return new WorkAhead { Plan = plan, Fetch = _fetch, FetchAgain = _fetchAgain, Reread = _reread, EmbedAtMost = _reread + _fetch + _fetchAgain, Join = join, Leave = leave };
    }

    private async Task<(long Join, long Leave)> MovesAsync(StoreTables tables, StoreScope scope)
    {
        using var database = scope.Open(tables);
        database.ForEach(
            "SELECT row_key, content_id, v.kept FROM images LEFT JOIN verdicts v USING (row_key) WHERE outcome = 'kept'",
            reader =>
            {
                var isKept = reader.IsDBNull(2) ? _staying.Contains(KnownRowsQuery.Key(reader.GetString(0))) : reader.GetBoolean(2);
                if (isKept) _stored.Add(reader.GetString(1));
            });
        HashSet<string> members = [];
        if (await Snapshot.ReadCurrentAsync(scope.Store).ConfigureAwait(false) is { } current && current.Model == scope.Model)
        {
            using var published = StoreDatabase.Open(await StoreTables.ReadAsync(scope.Store, current.Tables).ConfigureAwait(false), current.Filter, current.Model);
            published.ForEach("SELECT content_id FROM families", reader => members.Add(reader.GetString(0)));
        }

        return (_stored.Count(content => !members.Contains(content)), members.Count(content => !_stored.Contains(content)));
    }
}
