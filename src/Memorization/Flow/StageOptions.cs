namespace Memorization.Flow;

/// <summary>How a stage's block runs.</summary>
/// <param name="Parallelism">Rows worked on at once.</param>
/// <param name="Capacity">Rows in the block at most, waiting or worked on; a full block holds back the stage before it.</param>
public readonly record struct StageOptions(int Parallelism = 1, int Capacity = 256)
{
    /// <summary>One row at a time, 256 in the block.</summary>
    public StageOptions()
        : this(1, 256)
    {
    }
}
