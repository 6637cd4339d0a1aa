using System.Diagnostics.Metrics;
using Memorization.Flow;

namespace Memorization.Operations;

/// <summary>What a run shows to a meter; everything is read only when somebody looks.</summary>
/// <param name="Stages">The counters of the graph's stages.</param>
/// <param name="Silence">How long no stage has ended a row.</param>
public sealed record MetricSources(IReadOnlyList<StageCounters> Stages, Func<TimeSpan> Silence)
{
    /// <summary>Requests sent.</summary>
    public Func<long>? Requests { get; init; }

    /// <summary>Bytes of images received.</summary>
    public Func<long>? ReceivedBytes { get; init; }

    /// <summary>Images embedded.</summary>
    public Func<long>? Embedded { get; init; }

    /// <summary>Commits to the store.</summary>
    public Func<long>? Commits { get; init; }
}

/// <summary>The meter "Memorization". All its instruments are observable, so that a row costs nothing more because of them.</summary>
public static class RunMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Memorization";

    private static readonly Meter Meter = new(MeterName);
    private static MetricSources? _current;

    static RunMetrics()
    {
        Meter.CreateObservableCounter("memorization.rows.ended", Ended, null, "Rows that ended, by the stage and the reason; those with the reason kept were stored or, by fetch, written.");
        Meter.CreateObservableGauge("memorization.rows.working", () => Held(held => held.Working), null, "Rows that a stage works on.");
        Meter.CreateObservableGauge("memorization.rows.waiting", () => Held(held => held.Waiting), null, "Rows that wait for a stage.");
        Count("memorization.fetch.requests", "Requests sent, retries, redirects and robots.txt counted.", sources => sources.Requests);
        Count("memorization.fetch.received.bytes", "Bytes of images received.", sources => sources.ReceivedBytes);
        Count("memorization.embedded.images", "Images embedded.", sources => sources.Embedded);
        Count("memorization.store.commits", "Commits to the store.", sources => sources.Commits);
        Meter.CreateObservableGauge(
            "memorization.silence.seconds", () => Current is { } sources ? [new(sources.Silence().TotalSeconds)] : Array.Empty<Measurement<double>>(), null, "Seconds since a stage last ended a row.");
    }

    private static MetricSources? Current => Volatile.Read(ref _current);

    /// <summary>Shows a run from now on, in place of the one before.</summary>
    public static void Show(MetricSources sources) => Volatile.Write(ref _current, sources);

    private static void Count(string name, string description, Func<MetricSources, Func<long>?> read) => Meter.CreateObservableCounter(
        name, () => Current is { } sources && read(sources) is { } count ? [new(count())] : Array.Empty<Measurement<long>>(), null, description);

    private static IEnumerable<Measurement<long>> Ended()
    {
        foreach (var stage in Current?.Stages ?? [])
        {
            foreach (var (reason, rows) in stage.Reasons) yield return Of(rows, stage.Stage, reason.ToString());
            if (stage.Stage == StageName.Store) yield return Of(stage.Kept, stage.Stage, "kept");
        }
    }

    private static IEnumerable<Measurement<long>> Held(Func<HeldRows, long> of)
    {
        foreach (var held in HeldRows.Of(Current?.Stages ?? []))
        {
            if (held.Stage != StageName.Scan) yield return new(Math.Max(0, of(held)), Label("stage", held.Stage.ToString()));
        }
    }

    private static Measurement<long> Of(long rows, StageName stage, string reason) => new(rows, Label("stage", stage.ToString()), Label("reason", reason));

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
