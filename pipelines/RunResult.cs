using System.Text.Json.Serialization;
using Memorization.Analysis;
using Memorization.Embedding;
using Memorization.Flow;
using Memorization.Operations;
using Memorization.Store;

namespace Memorization.Pipelines;

/// <summary>What a run did and what it found, as <c>--json</c> prints it and the store keeps it.</summary>
public record RunResult
{
    /// <summary>Rows of the input: rows_stored + rows_known + rows_rejected.</summary>
    public required long RowsRead { get; init; }

    /// <summary>Rows that this run committed with their embedding.</summary>
    public required long RowsStored { get; init; }

    /// <summary>Rows that earlier runs had committed.</summary>
    public required long RowsKnown { get; init; }

    /// <summary>Rows that ended for a reason, in this run or, for units that were not read again, in an earlier one.</summary>
    public required long RowsRejected { get; init; }

    /// <summary>Rejected rows by reason.</summary>
    public required IReadOnlyDictionary<Reason, long> Reasons { get; init; }

    /// <summary>What was done with the input's row groups.</summary>
    public PlanCounts Plan { get; init; } = new();

    /// <summary>What was said before that the run would do; null if nothing was.</summary>
    public WorkAhead? Ahead { get; init; }

    /// <summary>Whether readers see a new snapshot since.</summary>
    public bool HasNewSnapshot { get; init; }

    /// <summary>True if the run found nothing to do: no new snapshot, no new report.</summary>
    public bool IsUpToDate { get; init; }

    /// <summary>Images whose bytes came out of the store.</summary>
    public long Reread { get; init; }

    /// <summary>Images this run received, whatever became of them.</summary>
    public required long Fetched { get; init; }

    /// <summary>Requests this run sent, retries, redirects and robots.txt counted.</summary>
    public required long Requests { get; init; }

    /// <summary>Set if a large part of the rows that this run asked for ended for one reason of the network.</summary>
    public NetworkAlarm? Alarm { get; init; }

    /// <summary>Images this run embedded.</summary>
    public required long Embedded { get; init; }

    /// <summary>How the model was kept busy.</summary>
    public EmbeddingResult? Embedding { get; init; }

    /// <summary>Seconds spent in each stage, added up over its workers, and in the whole run.</summary>
    public required IReadOnlyDictionary<string, double> Seconds { get; init; }

    /// <summary>The process's largest resident set, in bytes (VmHWM).</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Files and row groups that could not be read.</summary>
    public required IReadOnlyList<string> BrokenInputs { get; init; }

    /// <summary>Families by size.</summary>
    public IReadOnlyList<FamilySummary> Families { get; init; } = [];

    /// <summary>Full path of the study file.</summary>
    public required string Study { get; init; }

    /// <summary>Full path of the store.</summary>
    public required string Store { get; init; }

    /// <summary>Full path of the report; null while none was written.</summary>
    public string? Report { get; init; }

    /// <summary>True if the run was told to stop before its input was read.</summary>
    public bool Interrupted { get; init; }

    /// <summary>Program, runtime and library versions, and the machine's core count.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>Fingerprints and settings of the run: filter, model, threshold, run id.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }
}

/// <summary>What the embedder counted.</summary>
/// <param name="ImagesPerSecond">From the first batch's beginning to the last one's end.</param>
/// <param name="Batches">Batches that were gathered.</param>
/// <param name="BatchSize">Places in each.</param>
/// <param name="AverageFill">Images per place, 0 to 1.</param>
/// <param name="WaitingForInput">Seconds in which a batch waited for images: if they are many, the other stages are too slow for the model.</param>
/// <param name="WaitingForDevice">Seconds in which every batch was running: if they are many, the model is too slow for the other stages.</param>
/// <param name="Devices">What each device did.</param>
public sealed record EmbeddingResult(
    double ImagesPerSecond, long Batches, int BatchSize, double AverageFill, double WaitingForInput, double WaitingForDevice, IReadOnlyList<DeviceCounters> Devices)
{
    /// <summary>The same from the counters.</summary>
    public static EmbeddingResult From(EmbedderCounters counters) => new(
        Math.Round(counters.ImagesPerSecond, 1),
        counters.Batches,
        counters.BatchSize,
        Math.Round(counters.AverageFill, 3),
        Math.Round(counters.WaitingForInput.TotalSeconds, 3),
        Math.Round(counters.WaitingForDevice.TotalSeconds, 3),
        counters.Devices);
}
