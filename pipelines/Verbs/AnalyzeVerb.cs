using System.CommandLine;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;
using Memorization.Report;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>analyze STUDY: Table 1, shares, triggers and how far they move, from the store alone.</summary>
internal static class AnalyzeVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var limit = new Option<int>("--limit") { Description = "Lines of a table on the terminal; --json has them all.", DefaultValueFactory = _ => 20 };
        var words = new Option<string[]>("--words") { Description = "A word set, such as \"almond blossoming\": which families its rows show. Repeats. [default: analysis.words of the study, else its keywords]" };
        var without = new Option<string[]>("--without") { Description = "A word set whose rows are left out of these, such as \"van gogh\". Repeats." };
        var output = new Option<string>("--out") { Description = "Folder for every table as CSV and Parquet." };
        var command = new Command("analyze", "Table 1, shares of word sets, trigger sets, other thresholds: from the store alone.") { study, words, without, limit, output };
        command.SetAction(async (parsed, _) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var asked = context.Study.Analysis;
            if (parsed.GetValue(words) is { Length: > 0 } sets) asked = asked with { Words = sets };
            if (parsed.GetValue(without) is { Length: > 0 } left) asked = asked with { Without = left };
            if (asked.Contradiction() is { } wrong) throw new SetupException($"--{wrong}");
            using var database = await StoreDatabase.OpenAsync(context.Store);
            database.KeepStudy();
            var analysis = StudyAnalysis.Compute(database, context.Study with { Analysis = asked });
            if (parsed.GetValue(output) is { } folder) await AnalysisTables.WriteAsync(analysis, folder);
            if (parsed.GetValue(GlobalOptions.Json)) await WriteJsonAsync(analysis);
            else AnalysisView.Print(analysis, parsed.GetValue(limit));
            return ExitCodes.Done;
        });
        return command;
    }

    // Of 100,000 families it is half a gigabyte: written as it is made.
    private static async Task WriteJsonAsync(StudyAnalysis analysis)
    {
        await using var output = Console.OpenStandardOutput();
        await JsonSerializer.SerializeAsync(output, analysis, JsonOutput.Indented);
        output.WriteByte((byte)'\n');
    }
}
