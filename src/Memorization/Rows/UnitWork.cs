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
