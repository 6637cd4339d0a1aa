namespace Memorization.Rows;

/// <summary>What a run does with a unit.</summary>
public enum UnitWork
{
    /// <summary>Its file is read.</summary>
    Scan,

    /// <summary>Its selected rows are taken from the store and judged anew.</summary>
    Stored,

    /// <summary>Nothing: an earlier run finished it, and nothing has changed.</summary>
    Finished,
}

/// <summary>Says what is to be done with a unit.</summary>
/// <param name="unit">The unit.</param>
/// <param name="rows">Its rows.</param>
/// <param name="isExcluded">Whether its statistics say already that the scan selects none of its rows: it is not read then, and all of them end under the metadata's reason.</param>
public delegate UnitWork UnitDecision(UnitId unit, int rows, Func<bool> isExcluded);
