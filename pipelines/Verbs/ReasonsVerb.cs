using System.CommandLine;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Flow;
using Memorization.Pipelines.Terminal;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>reasons: the closed list of why a row is not stored.</summary>
internal static class ReasonsVerb
{
    public static Command Create()
    {
        var command = new Command("reasons", "Every reason for which a row is not stored, with its stage and meaning.");
        command.SetAction(async (parsed, _) =>
        {
            var reasons = Enum.GetValues<Reason>().Select(reason => new { reason, stage = reason.Stage(), meaning = reason.Meaning() }).ToList();
            if (parsed.GetValue(GlobalOptions.Json))
            {
                await Console.Out.WriteLineAsync(JsonSerializer.Serialize(reasons, JsonOutput.Indented));
                return ExitCodes.Done;
            }

            var table = new Table().RoundedBorder().AddColumn("stage").AddColumn("reason").AddColumn("meaning");
            foreach (var row in reasons) table.AddRow(row.stage.ToString(), row.reason.ToString(), row.meaning.EscapeMarkup());
            AnsiConsole.Write(table);
            return ExitCodes.Done;
        });
        return command;
    }
}
