using Memorization.Flow;

namespace Memorization.Rows;

/// <summary>The scan's word that a unit has no more rows.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Emitted">Rows that went into the graph.</param>
/// <param name="Ended">Rows that ended in the scan, by reason.</param>
public sealed record UnitEnd(UnitId Unit, long Emitted, IReadOnlyDictionary<Reason, long> Ended);
