using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Terminal;
using Memorization.Store;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>store verify STUDY: every hash, count and reference.</summary>
internal static class StoreVerifyVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var command = new Command("verify", "Checks every hash, count and reference of the store; changes nothing, and may run beside a run. Exit code 2 if something is wrong.") { study };
        command.SetAction(async (parsed, stop) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var verified = await StoreVerification.RunAsync(context.Store, stop);
            if (parsed.GetValue(GlobalOptions.Json)) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(verified, JsonOutput.Indented));
            else Print(verified);
            return verified.Findings.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static void Print(VerifiedStore verified)
    {
        var (counts, table) = (verified.Checked, new Table().RoundedBorder().AddColumn("checked").AddColumn(new TableColumn("number").RightAligned()));
        foreach (var (name, number) in new[]
        {
            ("tables", counts.Tables), ("versions", counts.Versions), ("data files", counts.Files), ("bytes", counts.Bytes), ("rows", counts.Rows),
            ("images kept", counts.Blobs), ("snapshots", counts.Snapshots), ("leftovers", counts.Leftovers),
        }) table.AddRow(name, number.ToString("N0", CultureInfo.InvariantCulture));
        AnsiConsole.Write(table);
        // Paths are long: no table would show them whole.
        foreach (var finding in verified.Findings) Console.Out.WriteLine($"{finding.Kind}: {finding.Where}: {finding.Wrong}; {finding.Fix}");
        Console.Out.WriteLine(verified.Findings.Count == 0 ? "the store is sound" : string.Create(CultureInfo.InvariantCulture, $"{verified.Findings.Count} findings"));
        if (counts.StatesNotCompared > 0) Console.Out.WriteLine("records of damaged states were not compared: mend what is named here and verify again");
    }
}
