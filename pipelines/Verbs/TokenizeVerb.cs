using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Captions;
using Memorization.Configuration;
using Memorization.Pipelines.Terminal;

namespace Memorization.Pipelines.Verbs;

/// <summary>tokenize [FILE or -]: CLIP's token ids.</summary>
internal static class TokenizeVerb
{
    public static Command Create()
    {
        var kind = new Option<string>("--tokenizer") { Description = "hf (transformers, as Stable Diffusion uses it) or openai.", DefaultValueFactory = _ => "hf" };
        kind.AcceptOnlyFromAmong("hf", "openai");
        var file = new Argument<string>("FILE") { Description = "JSON lines: a string, or an object with text. - is standard input.", DefaultValueFactory = _ => "-" };
        var command = new Command("tokenize", "CLIP's token ids of captions, as JSON lines: {\"ids\": […], \"count\": n}.") { kind, file };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file);
            var tokenizer = ClipTokenizer.Create(parsed.GetValue(kind) == "openai" ? ClipTokenizerKind.OpenAI : ClipTokenizerKind.HuggingFace);
            using var output = new StreamWriter(Console.OpenStandardOutput());
            var number = 0;
            foreach (var line in InputFiles.Lines(path))
            {
                number++;
                if (string.IsNullOrWhiteSpace(line)) continue;
                var ids = tokenizer.Encode(Text(line, path, number));
                output.WriteLine(JsonSerializer.Serialize(new { ids, count = ids.Count }, JsonOutput.Line));
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static string Text(string line, string path, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var value = document.RootElement;
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("text", out var text)) value = text;
            if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Said below. The second is an escaped lone surrogate.
        }

        throw new SetupException(string.Create(CultureInfo.InvariantCulture, $"line {number} of {path} is neither a JSON string nor an object with text: write \"a caption\" or {{\"text\": \"a caption\"}}"));
    }
}
