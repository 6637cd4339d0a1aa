using System.CommandLine;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Terminal;
using Memorization.Store;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>analyze STUDY: Table 1 from the store alone.</summary>
internal static class AnalyzeVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var limit = new Option<int>("--limit") { Description = "Families on the terminal; --json has them all.", DefaultValueFactory = _ => 20 };
        var command = new Command("analyze", "Table 1, from the store alone: families by size with their frequent words.") { study, limit };
        command.SetAction(async (parsed, _) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            using var database = await StoreDatabase.OpenAsync(context.Store);
            database.KeepStudy();
            var families = TableOne.Compute(database, context.Study.Analysis);
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new { families }, JsonOutput.Indented));
            else AnsiConsole.Write(Tables.Families(families, parsed.GetValue(limit)));
            return ExitCodes.Done;
        });
        return command;
    }
}
