using System.CommandLine;

namespace Memorization.Pipelines.Verbs;

/// <summary>store verify, optimize, vacuum, upgrade: the upkeep of a store.</summary>
internal static class StoreVerb
{
    public static Command Create() => new("store", "Checks and tidies a study's store.")
    {
        StoreVerifyVerb.Create(),
        StoreOptimizeVerb.Create(),
        StoreVacuumVerb.Create(),
        StoreUpgradeVerb.Create(),
    };
}
