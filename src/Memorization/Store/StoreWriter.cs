using Memorization.Configuration;
using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>An image that became durable for the first time.</summary>
/// <param name="ContentId">SHA-256 of its bytes, 64 hexadecimal digits.</param>
/// <param name="Embedding">Its float16 embedding.</param>
public sealed record StoredImage(string ContentId, Half[] Embedding);

/// <summary>What one commit made durable.</summary>
/// <param name="Images">Images whose embedding is new to the store.</param>
public sealed record CommittedBatch(IReadOnlyList<StoredImage> Images);

/// <summary>Collects the ends of rows and commits them: every so many rows, every so many seconds, and at the end.</summary>
/// <remarks>
/// A row is written once whatever happens: what the tables hold is known to the next run by its key. The tables are committed one after the other in an
/// order in which each may be the last: a row without its image's outcome is one that was not asked for yet, and a unit comes after all its rows. So
/// the store is whole wherever a run is killed. Not thread-safe: it is the graph's collector.
/// </remarks>
public sealed class StoreWriter : IDisposable
{
    private readonly HeldStore _store;
    private readonly StoreScope _scope;
    private readonly StoreOptions _options;
    private readonly StoreRules _rules;
    private readonly TimeProvider _time;

    private readonly KeySet _written = new();
    private readonly KeySet _judged = new();
    private readonly HashSet<string> _embedded = [];
    private readonly HashSet<string> _pictured = [];
    private readonly UnitLedger _units = new();
    private readonly Dictionary<UInt128, List<EndedRow>> _waiting = [];
    private readonly WrittenBlobs _blobs;
    private readonly PendingBatch _batch = new();
    private long _ends;
    private long _storedRows;
    private long _lastCommit;

    private StoreWriter(HeldStore store, StoreScope scope, StoreOptions options, StoreRules rules, TimeProvider time, KnownRows known)
    {
        (_store, _scope, _options, _rules, _time, Known) = (store, scope, options, rules, time, known);
        _blobs = new WrittenBlobs(store, scope.Run, known.Contents.Place);
        _lastCommit = time.GetTimestamp();
    }

    /// <summary>What earlier runs committed; the stage that keeps new rows.</summary>
    public KnownRows Known { get; }

    /// <summary>Rows that this run stored and committed.</summary>
    public long StoredRows { get; private set; }

    /// <summary>Commits that this run has made.</summary>
    public long Commits { get; private set; }

    /// <summary>Reads what a held store has of the rows.</summary>
    /// <param name="store">The store.</param>
    /// <param name="scope">Where, and under which filter and model.</param>
    /// <param name="options">When to commit, and what to keep of an image.</param>
    /// <param name="rules">When a row is tried again.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="SetupException">The store cannot be read.</exception>
    public static StoreWriter Open(HeldStore store, StoreScope scope, StoreOptions options, StoreRules rules, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(time);
        return new StoreWriter(store, scope, options, rules, time, KnownRows.Open(store.Tables, scope, rules, time.GetUtcNow()));
    }

    /// <summary>Takes the end of a row or a unit; commits if it is time to.</summary>
    public async ValueTask<CommittedBatch?> AddAsync(RowEnd end)
    {
        if (end.Item is UnitEnd unit)
        {
            if (_units.End(unit) is { } done) _batch.Finished.Add(done);
        }
        else
        {
            AddRow(new EndedRow(end));
        }

        _ends++;
        var isTime = _ends >= _options.CommitRows || _batch.Images.Count >= _options.CommitImages || _time.GetElapsedTime(_lastCommit).TotalSeconds >= _options.CommitSeconds;
        return isTime ? await FlushAsync().ConfigureAwait(false) : null;
    }

    /// <summary>Commits what was taken since the last commit; null if that is nothing.</summary>
    public async ValueTask<CommittedBatch?> FlushAsync()
    {
        _lastCommit = _time.GetTimestamp();
        _ends = 0;
        if (_batch.IsEmpty) return null;
        await _blobs.PublishAsync().ConfigureAwait(false);
        await _batch.CommitAsync(_store, _scope).ConfigureAwait(false);
        StoredRows = _storedRows;
        Commits++;
        return _batch.Clear();
    }

    /// <summary>Removes what was begun and not committed; the store stays held.</summary>
    public void Dispose()
    {
        _blobs.Dispose();
        Known.Dispose();
    }

    private void AddRow(EndedRow row)
    {
        var key = row.Row.Key;
        var known = Known.Find(key);
        // The row that this one repeats is still under way: its unit must not be finished before the two are written.
        if (row.Reason == Reason.DuplicateRow && known is null && !_written.Contains(key))
        {
            if (!_waiting.TryGetValue(key, out var waiting)) _waiting.Add(key, waiting = []);
            waiting.Add(row);
            return;
        }

        if (_units.End(row.Row.Unit, row.Reason == Reason.AlreadyStored ? null : row.Reason) is { } done) _batch.Finished.Add(done);
        var isFirst = known is null && _written.Add(key);
        if (isFirst) _batch.Rows.Add(row.ToRow());
        else if (!Known.HasPlace(row.Row)) _batch.Duplicates.Add(row.ToRow());
        if (row.Reason != Reason.DuplicateRow)
        {
            // A row that the filter refuses never comes so far that it is found to be met before.
            if (isFirst || (known is { HasVerdict: false } && _judged.Add(key))) _batch.Verdicts.Add(row.ToVerdict());
            if (row.WasFetched) AddImage(row, Known.Due.GetValueOrDefault(key));
        }

        if (!isFirst || !_waiting.Remove(key, out var repeats)) return;
        foreach (var repeat in repeats) AddRow(repeat);
    }

    private void AddImage(EndedRow row, PriorOutcome? prior)
    {
        var place = row.IsFromStore ? prior!.Bytes!.Place : row.ContentId is null ? null : _blobs.Place(row, _options.Images == StoredImages.Original, isDamaged: prior?.Bytes is not null);
        // A kept image that is embedded by another model is the same image as before.
        if (row.Reason is not null || !row.IsFromStore || prior?.Reason is not null)
        {
            var rules = row.Reason is { } reason ? _rules.DeciderOf(reason, _scope.Model) : null;
            _batch.Images.Add(row.ToImage(prior, place, rules, _store.Tables[Tables.Images].Version + 1));
        }

        if (!row.IsStored) return;
        _storedRows++;
        if (row.Thumbnail is not null && !Known.Contents.IsPictured(row.ContentId!) && _pictured.Add(row.ContentId!))
            _batch.Thumbnails.Add(row.ToThumbnail());
        if (Known.Contents.IsEmbedded(row.ContentId!) || !_embedded.Add(row.ContentId!)) return;
        _batch.Embeddings.Add(row.ToEmbedding());
        _batch.NewImages.Add(new StoredImage(row.ContentId!, row.Embedding!));
    }
}
