using Memorization.Flow;

namespace Memorization.Store;

/// <summary>A unit of work whose every row has ended.</summary>
/// <param name="Unit">The file's content and the row group.</param>
/// <param name="Kept">Rows that are stored.</param>
/// <param name="Reasons">Rows that are not, by reason.</param>
public sealed record FinishedUnit(string Unit, long Kept, IReadOnlyDictionary<Reason, long> Reasons)
{
    /// <summary>Rows in the row group.</summary>
    public long Rows => Kept + Reasons.Values.Sum();

    /// <summary>Rows that the scan handed on.</summary>
    public long Selected => Rows - Reasons.Where(reason => reason.Key.Stage() == StageName.Scan).Sum(reason => reason.Value);
}
