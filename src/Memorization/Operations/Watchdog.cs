using System.Globalization;
using Memorization.Captions;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Rows;
using Memorization.Urls;
using Serilog;

namespace Memorization.Operations;

/// <summary>Says so when no row has ended in any stage for long, and what is still held where. It never ends anything.</summary>
/// <remarks>The counters are looked at now and then: a row costs nothing more because of it. Thread-safe.</remarks>
public sealed class Watchdog : IDisposable
{
    private const int LooksPerWarning = 20;
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<StageCounters> _stages;
    private readonly TimeSpan _after;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _ended;
    private long _lastEnd;
    private long _silentSince;
    private TimeSpan _next;
    private bool _isDisposed;

    /// <summary>Watches until it is disposed.</summary>
    /// <param name="stages">The graph's stages.</param>
    /// <param name="after">Silence after which it warns; then after twice as long each time. Zero: never.</param>
    /// <param name="log">Where it warns.</param>
    /// <param name="time">The clock.</param>
    public Watchdog(IReadOnlyList<StageCounters> stages, TimeSpan after, ILogger log, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_stages, _after, _log, _time, _next) = (stages, after, log, time, after);
        Update();
        _lastEnd = _silentSince = time.GetTimestamp();
        var look = after > TimeSpan.Zero && after / LooksPerWarning < LongestLook ? after / LooksPerWarning : LongestLook;
        _timer = time.CreateTimer(_ => Look(), null, look, look);
    }

    /// <summary>How long no stage has ended a row, as far as it has looked.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (_gate)
            {
                Update();
                return _time.GetElapsedTime(_lastEnd);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate) _isDisposed = true; // a look under way would write to a log that is closed
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            Update();
            if (_lastEnd != _silentSince)
            {
                if (_next > _after) _log.Information("rows end again, after {Silence}", _time.GetElapsedTime(_silentSince, _lastEnd));
                (_silentSince, _next) = (_lastEnd, _after);
            }

            var silence = _time.GetElapsedTime(_lastEnd);
            if (_after == TimeSpan.Zero || silence < _next) return;
            _next = 2 * silence;
            Warn(silence);
        }
    }

    private void Update()
    {
        var ended = _stages.Sum(stage => stage.Kept + stage.Rejected);
        if (ended != _ended) (_ended, _lastEnd) = (ended, _time.GetTimestamp());
    }

    private void Warn(TimeSpan silence)
    {
        var held = HeldRows.Of(_stages).Where(stage => stage.Rows > 0).ToList();
        var names = string.Join(", ", held.Select(stage => string.Create(CultureInfo.InvariantCulture, $"{stage.Stage} {stage.Rows}")));
        var oldest = _stages.Where(stage => stage.Oldest is not null).Select(stage => (stage.Stage, Row: stage.Oldest)).Where(at => at.Row is not null)
            .OrderByDescending(at => at.Row!.Value.Age).FirstOrDefault();
        if (held.Count == 0) _log.Warning("no row has ended for {Silence}: no stage holds one, and the input gives none", silence);
        else if (oldest.Row is not { } row) _log.Warning("no row has ended for {Silence}; rows held: {Held:l}", silence, names);
        else _log.Warning("no row has ended for {Silence}; rows held: {Held:l}; the oldest, {Url} of {Host}, is in {Stage} for {Age}", silence, names, UrlOf(row.Row), HostOf(row.Row), oldest.Stage, row.Age);
    }

    private static string UrlOf(object row) => row switch
    {
        LaionRow read => read.Url ?? "",
        _ => Requested(row)?.AbsoluteUri ?? "",
    };

    private static string HostOf(object row) => Requested(row)?.Host ?? "";

    private static Uri? Requested(object row) => row switch
    {
        LinkedRow linked => linked.Url,
        SelectedRow selected => selected.Url,
        FetchedImage fetched => fetched.Selected.Url,
        DecodedImage decoded => decoded.Fetched.Selected.Url,
        EmbeddedImage embedded => embedded.Decoded.Fetched.Selected.Url,
        _ => null,
    };
}
