using System.Collections.Frozen;
using System.Reflection;

namespace Memorization.Flow;

/// <summary>What is known about each <see cref="Reason"/>: its stage and its meaning.</summary>
public static class ReasonInfo
{
    private static readonly FrozenDictionary<Reason, ReasonOfAttribute> All = typeof(Reason)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToFrozenDictionary(
            field => (Reason)field.GetValue(null)!,
            field => field.GetCustomAttribute<ReasonOfAttribute>()
                ?? throw new InvalidOperationException($"Reason.{field.Name} names no stage"));

    /// <summary>The only stage that gives this reason.</summary>
    public static StageName Stage(this Reason reason) => All[reason].Stage;

    /// <summary>One sentence for a person who reads the funnel.</summary>
    public static string Meaning(this Reason reason) => All[reason].Meaning;

    /// <summary>When a later run tries a row again that ended so.</summary>
    public static Retry Retry(this Reason reason) => All[reason].Retry;
}
