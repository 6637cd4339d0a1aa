namespace Memorization.Flow;

/// <summary>The rows that stand before a stage or are in it. Read while the graph runs, a count may be off by the rows that move meanwhile.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Waiting">Rows that the stage before it has let through and that it has not begun.</param>
/// <param name="Working">Rows that it has begun and not ended.</param>
public readonly record struct HeldRows(StageName Stage, long Waiting, long Working)
{
    /// <summary>Both together.</summary>
    public long Rows => Waiting + Working;

    /// <summary>What each stage holds, in their order.</summary>
    /// <param name="stages">The stages of one graph, in order.</param>
    public static IReadOnlyList<HeldRows> Of(IReadOnlyList<StageCounters> stages)
    {
        ArgumentNullException.ThrowIfNull(stages);
        var held = new HeldRows[stages.Count];
        for (var i = 0; i < held.Length; i++)
        {
            var stage = stages[i];
            // What ends is read before what begins, so that no difference is below 0.
            var ended = stage.Kept + stage.Rejected;
            var begun = stage.In;
            // The clusterer takes commits, which are not the rows that the store has kept.
            var waiting = i == 0 || stage.Stage == StageName.Cluster ? 0 : stages[i - 1].Kept - begun;
            held[i] = new HeldRows(stage.Stage, waiting, begun - ended);
        }

        return held;
    }
}
