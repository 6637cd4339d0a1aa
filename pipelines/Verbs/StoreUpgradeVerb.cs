using System.CommandLine;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Terminal;

namespace Memorization.Pipelines.Verbs;

/// <summary>store upgrade STUDY: a store of an earlier version becomes one of this.</summary>
internal static class StoreUpgradeVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var command = new Command("upgrade", "Brings a store that an earlier version wrote to this version's format, as the next run would. No data file is rewritten.") { study };
        command.SetAction(async (parsed, _) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            using var store = await context.HoldStoreAsync(StudyContext.NewRunId(TimeProvider.System));
            await Console.Out.WriteLineAsync(parsed.GetValue(GlobalOptions.Json)
                ? JsonSerializer.Serialize(new { store = context.Store, upgraded = store.WasUpgraded }, JsonOutput.Indented)
                : store.WasUpgraded ? "upgraded" : "nothing to upgrade");
            return ExitCodes.Done;
        });
        return command;
    }
}
