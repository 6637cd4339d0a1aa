using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Export;
using Memorization.Pipelines.Terminal;
using Memorization.Store;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>export STUDY: the newest snapshot's rows as files for the tools that come after.</summary>
internal static class ExportVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var format = new Option<string>("--format") { Description = $"{string.Join(", ", ExportFolder.Formats)}; docs/exports.md says what is in each.", Required = true };
        format.AcceptOnlyFromAmong([.. ExportFolder.Formats]);
        var output = new Option<string>("--out") { Description = "Folder for the files; an earlier export of the same format in it is replaced.", Required = true };
        var command = new Command("export", "Writes the newest snapshot's rows for other tools: embeddings, images, tables, or a list of rows to keep.") { study, format, output };
        command.SetAction(async (parsed, _) =>
        {
            // Unfinished files and what DuckDB sorts beside them may be gigabytes: they go when the export is stopped.
            using var stop = new CancellationTokenSource();
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var folder = parsed.GetRequiredValue(output);
            using var database = await StoreDatabase.OpenAsync(context.Store);
            var result = await ExportFolder.WriteAsync(parsed.GetRequiredValue(format), context.Store, context.Study, database, folder, stop.Token);
            if (result.WithoutBytes > 0)
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{result.WithoutBytes} stored rows have no image here: their bytes were not kept (store.images=original keeps those of later runs)"));
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, JsonOutput.Indented));
            else Print(result, folder);
            return ExitCodes.Done;

            void Stop(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stop.Cancel();
            }
        });
        return command;
    }

    private static void Print(Exported result, string folder)
    {
        var table = new Table().RoundedBorder().AddColumn("file").AddColumn(new TableColumn("rows").RightAligned());
        foreach (var file in result.Files) table.AddRow(file.File.EscapeMarkup(), Number(file.Rows));
        AnsiConsole.Write(table);
        Console.Out.WriteLine($"{Number(result.Rows)} rows: {Path.GetFullPath(folder)}");
        if (result.Effect is { } effect) AnalysisView.PrintDrop(effect);
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
