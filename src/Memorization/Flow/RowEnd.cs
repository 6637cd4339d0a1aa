namespace Memorization.Flow;

/// <summary>
/// What reaches the end of the graph: a row that was kept by every stage, a row with the reason that ended it,
/// or the source's word that a unit of work has no more rows.
/// </summary>
/// <param name="Item">What the row was when it ended, in the type of that stage's input; or what the source said.</param>
/// <param name="Rejection">Why it was not kept; null if it was, and for the source's word.</param>
public readonly record struct RowEnd(object Item, Rejection? Rejection);
