namespace Memorization.Flow;

/// <summary>The law that every row ends exactly once, checked stage by stage at the end of every run.</summary>
public static class Conservation
{
    /// <summary>Every breach, one line each; none if each stage's rows add up and each stage received what the one before it kept.</summary>
    /// <param name="stages">The stages that rows pass through, in order, after the graph has ended.</param>
    public static IEnumerable<string> Breaches(IReadOnlyList<StageCounters> stages)
    {
        ArgumentNullException.ThrowIfNull(stages);
        for (var i = 0; i < stages.Count; i++)
        {
            var stage = stages[i];
            if (stage.In != stage.Kept + stage.Rejected)
                yield return $"{stage.Stage}: {stage.In} rows in, {stage.Kept} kept + {stage.Rejected} rejected out";
            if (i > 0 && stages[i - 1].Kept != stage.In)
                yield return $"{stages[i - 1].Stage} kept {stages[i - 1].Kept} rows, {stage.Stage} received {stage.In}";
        }
    }
}
