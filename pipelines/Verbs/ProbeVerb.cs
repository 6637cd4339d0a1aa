using System.CommandLine;
using System.Text;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Pipelines.Terminal;
using Memorization.Replication;
using Memorization.Replication.Probing;
using Memorization.Store;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>probe STUDY: captions that ask a model for the study's largest families, and controls.</summary>
internal static class ProbeVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var families = NumberOption.Create("--families", "How many families, the largest first.", 30, 1, 1_000_000);
        var each = NumberOption.Create("--each", "Captions of each kind for a family.", 1, 1, Probes.MostOfAKind);
        var objects = new Option<string[]>("--object") { Description = "A keyword, such as \"an astronaut\", to name in everyday scenes without the object that its images may show. Repeats." };
        var output = new Option<string?>("--out") { Description = $"File for the JSON lines. [default: {GenerationFolder.ProbesName} beside the study; with --json none]" };
        var command = new Command("probe", "Makes captions of five kinds and controls for the largest families, with the training caption nearest to each. --json: JSON lines.") { study, families, each, objects, output };
        command.SetAction(async (parsed, _) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var (json, model) = (parsed.GetValue(GlobalOptions.Json), context.Model());
            using var database = await StoreDatabase.OpenAsync(context.Store);
            var probes = InputFiles.Read(model.Path ?? ModelOptions.BuiltIn, () =>
                Probes.Make(database, context.Study.Keywords, parsed.GetValue(families), parsed.GetValue(each), parsed.GetValue(objects) ?? [], model));
            var lines = string.Concat(probes.Select(probe => Line(probe) + "\n"));
            var file = parsed.GetValue(output) ?? (json ? null : Path.Combine(context.Folder, GenerationFolder.ProbesName));
            if (file is not null) Write(file, lines);
            if (json) await Console.Out.WriteAsync(lines);
            else Print(probes, file!);
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Line(Probe probe) => JsonSerializer.Serialize(
        new { probe.Family, probe.Kind, probe.Caption, probe.NearestCaption, probe.Cosine }, JsonOutput.Line);

    private static void Write(string file, string lines)
    {
        try
        {
            File.WriteAllText(file, lines, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"cannot write {file}: {exception.Message.ReplaceLineEndings(" ")}; name another with --out", exception);
        }
    }

    private static void Print(IReadOnlyList<Probe> probes, string file)
    {
        var table = new Table().RoundedBorder().Title("Probes").AddColumn("kind").AddColumn(new TableColumn("captions").RightAligned()).AddColumn("for example");
        foreach (var kind in probes.GroupBy(probe => probe.Kind)) table.AddRow(kind.Key!, kind.Count().ToString(System.Globalization.CultureInfo.InvariantCulture), kind.First().Caption.EscapeMarkup());
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"{probes.Count} captions in {file}");
    }
}
