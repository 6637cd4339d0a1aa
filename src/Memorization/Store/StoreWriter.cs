using System.Globalization;
using Memorization.Configuration;
using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>An image that became durable for the first time.</summary>
/// <param name="ContentId">SHA-256 of its bytes, 64 hexadecimal digits.</param>
/// <param name="Embedding">Its float16 embedding.</param>
public sealed record StoredImage(string ContentId, Half[] Embedding);

/// <summary>What one commit made durable.</summary>
/// <param name="Version">The commit.</param>
/// <param name="Images">Images whose embedding is new to the store.</param>
public sealed record CommittedBatch(long Version, IReadOnlyList<StoredImage> Images);

/// <summary>Collects the ends of rows and commits them: every so many rows, every so many seconds, and at the end.</summary>
/// <remarks>
/// A row is written once whatever happens: what a commit holds is known to the next run by its key, and a unit is skipped as a whole once
/// a commit says that all its rows have ended. Not thread-safe: it is the graph's collector.
/// </remarks>
public sealed class StoreWriter : IDisposable
{
    private readonly StoreScope _scope;
    private readonly StoreLock _lock;
    private readonly CommitLog _log;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;

    private readonly HashSet<UInt128> _written = [];
    private readonly HashSet<string> _embedded = [];
    private readonly HashSet<string> _pictured = [];
    private readonly UnitLedger _units = new();
    private readonly Dictionary<string, FinishedUnit> _doneUnits;

    private readonly List<RowRecord> _rows = [];
    private readonly List<ImageRecord> _images = [];
    private readonly List<VerdictRecord> _verdicts = [];
    private readonly List<EmbeddingRecord> _embeddings = [];
    private readonly List<ThumbnailRecord> _thumbnails = [];
    private readonly List<StoredImage> _newImages = [];
    private readonly List<FinishedUnit> _finished = [];
    private long _ends;
    private long _storedRows;
    private long _lastCommit;

    private StoreWriter(StoreScope scope, StoreLock storeLock, CommitLog log, StoreOptions options, TimeProvider time, KnownRows known)
    {
        _scope = scope;
        _lock = storeLock;
        _log = log;
        _options = options;
        _time = time;
        Known = known;
        _lastCommit = time.GetTimestamp();
        _doneUnits = log.Commits.SelectMany(commit => commit.Units).Where(unit => unit.Fingerprint == UnitFingerprint)
            .ToDictionary(unit => unit.Unit);
    }

    /// <summary>What earlier runs committed; the stage that keeps new rows.</summary>
    public KnownRows Known { get; }

    /// <summary>Rows that this run stored and committed.</summary>
    public long StoredRows { get; private set; }

    private string UnitFingerprint => $"{_scope.Filter}/{_scope.Model}";

    /// <summary>Opens a store for writing, or makes one.</summary>
    /// <param name="scope">Where, and under which filter and model.</param>
    /// <param name="options">When to commit.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="SetupException">Another run holds the store, or it cannot be written or read.</exception>
    public static async Task<StoreWriter> OpenAsync(StoreScope scope, StoreOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var storeLock = StoreLock.Take(scope.Store, time);
        try
        {
            var log = await CommitLog.ReadAsync(scope.Store).ConfigureAwait(false);
            RemoveOrphans(scope.Store, log);
            using var database = scope.Open(log);
            return new StoreWriter(scope, storeLock, log, options, time, KnownRows.Load(database));
        }
        catch
        {
            storeLock.Dispose();
            throw;
        }
    }

    /// <summary>What an earlier commit says of a unit that was finished under the current filter and model; null if there is none.</summary>
    public FinishedUnit? FinishedBefore(UnitId unit) => _doneUnits.GetValueOrDefault(unit.ToString());

    /// <summary>Takes the end of a row or a unit; commits if it is time to.</summary>
    public async ValueTask<CommittedBatch?> AddAsync(RowEnd end)
    {
        if (end.Item is UnitEnd unit)
        {
            if (_units.End(unit) is { } done) Finish(done);
        }
        else
        {
            AddRow(new EndedRow(end));
        }

        _ends++;
        return _ends >= _options.CommitRows || _time.GetElapsedTime(_lastCommit).TotalSeconds >= _options.CommitSeconds
            ? await FlushAsync().ConfigureAwait(false)
            : null;
    }

    /// <summary>Commits what was taken since the last commit; null if that is nothing.</summary>
    public async ValueTask<CommittedBatch?> FlushAsync()
    {
        _lastCommit = _time.GetTimestamp();
        _ends = 0;
        if (_rows.Count + _images.Count + _verdicts.Count + _finished.Count == 0) return null;

        var version = _log.NextVersion;
        var name = string.Create(CultureInfo.InvariantCulture, $"part-{version:D6}-{_scope.Run}.parquet");
        var files = new List<AddedFile>();
        await WriteAsync(Tables.Rows, _rows).ConfigureAwait(false);
        await WriteAsync(_scope.Verdicts, _verdicts).ConfigureAwait(false);
        await WriteAsync(Tables.Images, _images).ConfigureAwait(false);
        await WriteAsync(_scope.Embeddings, _embeddings).ConfigureAwait(false);
        await WriteAsync(Tables.Thumbnails, _thumbnails).ConfigureAwait(false);
        await _log.AppendAsync(new Commit(version, _time.GetUtcNow(), _scope.Run, files, [.. _finished])).ConfigureAwait(false);

        var batch = new CommittedBatch(version, [.. _newImages]);
        StoredRows = _storedRows;
        _newImages.Clear();
        _finished.Clear();
        return batch;

        async Task WriteAsync<T>(string table, List<T> records)
            where T : class, new()
        {
            if (records.Count == 0) return;
            files.Add(await TableFile.WriteAsync(_scope.Store, table, name, records).ConfigureAwait(false));
            records.Clear();
        }
    }

    /// <summary>Gives the store back; what was not committed is not part of it.</summary>
    public void Dispose() => _lock.Dispose();

    private void AddRow(EndedRow row)
    {
        var reason = row.Reason == Reason.AlreadyStored ? null : row.Reason;
        if (_units.End(row.Row.Unit, reason) is { } done) Finish(done);
        if (row.Reason == Reason.DuplicateRow) return;

        var known = Known.Rows.GetValueOrDefault(row.Row.Key);
        if (_written.Add(row.Row.Key))
        {
            if (!Known.Rows.ContainsKey(row.Row.Key)) _rows.Add(row.ToRow());
            if (!known.HasVerdict) _verdicts.Add(row.ToVerdict());
        }

        if (!row.WasFetched) return;
        _images.Add(row.ToImage());
        if (!row.IsStored) return;
        _storedRows++;
        if (row.Thumbnail is not null && !Known.Thumbnails.Contains(row.ContentId!) && _pictured.Add(row.ContentId!))
            _thumbnails.Add(row.ToThumbnail());
        if (Known.Contents.Contains(row.ContentId!) || !_embedded.Add(row.ContentId!)) return;
        _embeddings.Add(row.ToEmbedding());
        _newImages.Add(new StoredImage(row.ContentId!, row.Embedding!));
    }

    private void Finish((UnitId Unit, long Kept, SortedDictionary<Reason, long> Reasons) unit) => _finished.Add(new FinishedUnit(
        unit.Unit.ToString(), UnitFingerprint, unit.Kept + unit.Reasons.Values.Sum(), unit.Kept, unit.Reasons));

    /// <summary>Removes files that no commit names: what a killed run left behind.</summary>
    private static void RemoveOrphans(string store, CommitLog log)
    {
        var named = log.Commits.SelectMany(commit => commit.Files).Select(file => Path.GetFullPath(Path.Combine(store, file.Path))).ToHashSet();
        foreach (var table in (string[])[Tables.Rows, Tables.Verdicts, Tables.Images, Tables.Embeddings, Tables.Thumbnails])
        {
            var folder = Path.Combine(store, table);
            if (!Directory.Exists(folder)) continue;
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
                if (!named.Contains(Path.GetFullPath(file))) File.Delete(file);
        }
    }
}
