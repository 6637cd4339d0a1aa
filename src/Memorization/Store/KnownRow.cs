using Memorization.Flow;

namespace Memorization.Store;

/// <summary>What earlier commits hold of one row, under the current filter and model.</summary>
/// <param name="Unit">Number of the unit that the row was met in first.</param>
/// <param name="RowInGroup">Its place there; it may be -1 in a unit that is finished, if the row was refused.</param>
/// <param name="HasVerdict">The current filter's verdict is written.</param>
/// <param name="IsStored">The image was kept and its embedding under the current model is there.</param>
/// <param name="Failure">Why the image was not kept, as far as it is not to be tried again; null if it was kept, was never asked for, or is.</param>
internal readonly record struct KnownRow(int Unit, int RowInGroup, bool HasVerdict, bool IsStored, Reason? Failure);

/// <summary>How a row's image ended that is to be worked on again.</summary>
/// <param name="Reason">Why it was not kept; null if it was, and lacks an embedding under the current model.</param>
/// <param name="Failures">Runs in a row in which it failed for a passing reason.</param>
/// <param name="Bytes">Where its bytes lie; null if they were not kept.</param>
internal sealed record PriorOutcome(Reason? Reason, int Failures, StoredBytes? Bytes);

/// <summary>A reason that an earlier run found and wrote; nothing is done or written again.</summary>
internal sealed record RecordedRejection(Reason Reason) : Rejection(Reason, "as an earlier run found");
