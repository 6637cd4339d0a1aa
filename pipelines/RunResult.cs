using System.Text.Json.Serialization;
using Memorization.Analysis;
using Memorization.Flow;

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

    /// <summary>Images this run received, whatever became of them.</summary>
    public required long Fetched { get; init; }

    /// <summary>Requests this run sent, retries and redirects counted.</summary>
    public required long Requests { get; init; }

    /// <summary>Images this run embedded.</summary>
    public required long Embedded { get; init; }

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
