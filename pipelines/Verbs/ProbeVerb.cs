using System.ClientModel;
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Pipelines.Terminal;
using Memorization.Replication;
using Memorization.Replication.Probing;
using Memorization.Store;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Chat;
using Spectre.Console;

namespace Memorization.Pipelines.Verbs;

/// <summary>probe STUDY: captions that ask a model for the study's largest families, and controls.</summary>
internal static class ProbeVerb
{
    private const string KeyVariable = "OPENAI_API_KEY";

    public static Command Create()
    {
        var study = GlobalOptions.Study();
        var families = NumberOption.Create("--families", "How many families, the largest first.", 30, 1, 1_000_000);
        var each = NumberOption.Create("--each", "Captions of each kind for a family.", 1, 1, Probes.MostOfAKind);
        var objects = new Option<string[]>("--object") { Description = "A keyword, such as \"an astronaut\", to name in everyday scenes without the object that its images may show. Repeats." };
        var endpoint = new Option<string?>("--endpoint") { Description = $"An OpenAI-compatible endpoint, such as http://127.0.0.1:8080/v1, that writes captions besides the templates; its key comes from {KeyVariable}. The families' captions are sent there." };
        var writerModel = new Option<string?>("--writer") { Description = "The endpoint's model." };
        var output = new Option<string?>("--out") { Description = $"File for the JSON lines. [default: {GenerationFolder.ProbesName} beside the study; with --json none]" };
        var command = new Command("probe", "Makes captions of five kinds and controls for the largest families, with the training caption nearest to each. --json: JSON lines.") { study, families, each, objects, endpoint, writerModel, output };
        command.SetAction(async (parsed, stop) =>
        {
            var context = StudyContext.Load(parsed.GetRequiredValue(study), parsed);
            var (json, model) = (parsed.GetValue(GlobalOptions.Json), context.Model());
            using var database = await StoreDatabase.OpenAsync(context.Store);
            var address = parsed.GetValue(endpoint);
            using var client = Client(address, parsed.GetValue(writerModel));
            var writer = client is null ? null : new ProbeWriter(client, $"{address} {parsed.GetValue(writerModel)}", Path.Combine(context.Store, "probes"));
            var probes = await AskAsync(address, () => InputFiles.ReadAsync(model.Path ?? ModelOptions.BuiltIn, () =>
                Probes.MakeAsync(database, context.Study.Keywords, parsed.GetValue(families), parsed.GetValue(each), parsed.GetValue(objects) ?? [], model, writer, stop)));
            if (writer is not null && !parsed.GetValue(GlobalOptions.Quiet))
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{writer.Asked} questions asked of {address}, {writer.Refused} captions left out that were not of their kind"));
            var lines = string.Concat(probes.Select(probe => Line(probe) + "\n"));
            var file = parsed.GetValue(output) ?? (json ? null : Path.Combine(context.Folder, GenerationFolder.ProbesName));
            if (file is not null) Write(file, lines);
            if (json) await Console.Out.WriteAsync(lines);
            else Print(probes, file!);
            return ExitCodes.Done;
        });
        return command;
    }

    private static IChatClient? Client(string? endpoint, string? model)
    {
        if (endpoint is null && model is null) return null;
        if (endpoint is null || model is null) throw new SetupException("probe needs --endpoint and --writer together, or neither");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) throw new SetupException($"--endpoint {endpoint} is no http or https URL");

        // Servers of one's own want no key, and the client none that is empty.
        var key = Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } given ? given : "none";
        return new ChatClient(model, new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = address }).AsIChatClient();
    }

    private static async Task<T> AskAsync<T>(string? endpoint, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is ClientResultException or HttpRequestException or AggregateException { InnerException: ClientResultException or HttpRequestException })
        {
            throw new SetupException($"--endpoint {endpoint}: {exception.Message.ReplaceLineEndings(" ")}; answers so far are kept, the same command goes on from there", exception);
        }
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
        foreach (var kind in probes.GroupBy(probe => probe.Kind)) table.AddRow(kind.Key!, kind.Count().ToString(CultureInfo.InvariantCulture), kind.First().Caption.EscapeMarkup());
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"{probes.Count} captions in {file}");
    }
}
