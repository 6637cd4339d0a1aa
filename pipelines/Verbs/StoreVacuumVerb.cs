using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Pipelines.Terminal;
using Memorization.Store;

namespace Memorization.Pipelines.Verbs;

/// <summary>store vacuum STUDY: what no retained snapshot names is removed.</summary>
internal static class StoreVacuumVerb
{
    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var retain = new Option<string>("--retain") { Description = "Snapshots younger than this stay readable: a number and d, h or m.", DefaultValueFactory = _ => "7d" };
        retain.Validators.Add(result =>
        {
            if (Parse(result.GetValueOrDefault<string>()) is null) result.AddError("--retain must be a number and d, h or m, as in 7d.");
        });
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be removed, and remove nothing." };
        var command = new Command("vacuum", "Removes old snapshots, and files that no retained one names.") { study, retain, dryRun };
        command.SetAction(async (parsed, _) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            using var store = await context.HoldStoreAsync(StudyContext.NewRunId(TimeProvider.System));
            var removed = await StoreVacuum.RunAsync(store, Parse(parsed.GetRequiredValue(retain))!.Value, TimeProvider.System, delete: !parsed.GetValue(dryRun));
            await Console.Out.WriteLineAsync(parsed.GetValue(GlobalOptions.Json)
                ? JsonSerializer.Serialize(removed, JsonOutput.Indented)
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(parsed.GetValue(dryRun) ? "would remove" : "removed")} {removed.Snapshots:N0} snapshots and {removed.Files:N0} files, {removed.Bytes / 1e6:N1} MB; {removed.SnapshotsKept:N0} snapshots stay"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static TimeSpan? Parse(string? text)
    {
        if (text is not { Length: > 1 } || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 36_500) return null;
        return text[^1] switch
        {
            'd' => TimeSpan.FromDays(number),
            'h' => TimeSpan.FromHours(number),
            'm' => TimeSpan.FromMinutes(number),
            _ => null,
        };
    }
}
