using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Memorization.Objects;

namespace Memorization.Configuration;

/// <summary>Reads a study: the JSON file, then MEMORIZATION__ variables of the environment, then --set; the last word counts.</summary>
public static class StudyFile
{
    /// <summary>How a study is written in JSON: camelCase names and enum members, comments and trailing commas allowed.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        NumberHandling = JsonNumberHandling.Strict,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(), // or the schema can be made only after a study was read
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private const string Prefix = "MEMORIZATION__";

    /// <summary>Reads and checks a study.</summary>
    /// <param name="path">The JSON file.</param>
    /// <param name="settings">key=value, as given to --set.</param>
    /// <param name="environment">Variables; those named MEMORIZATION__FETCH__PARALLELISM and the like override the file.</param>
    /// <returns>The study; paths in it are as written, relative to the file's folder.</returns>
    /// <exception cref="SetupException">The file is missing or not JSON, a key is unknown, a value is out of its range.</exception>
    public static Study Load(string path, IEnumerable<string> settings, IEnumerable<KeyValuePair<string, string>> environment) =>
        Load(Parse(path), path, settings, environment);

    /// <summary>The standard values of a study, for verbs that need its options and no file: variables and settings count as they do elsewhere.</summary>
    /// <exception cref="SetupException">A key is unknown, a value is out of its range.</exception>
    public static Study Standard(IEnumerable<string> settings, IEnumerable<KeyValuePair<string, string>> environment) => Load([], "--set", settings, environment);

    private static Study Load(JsonObject root, string path, IEnumerable<string> settings, IEnumerable<KeyValuePair<string, string>> environment)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(environment);
        var check = new StudyCheck(path);
        foreach (var (name, value) in environment.Where(pair => pair.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).OrderBy(pair => pair.Key))
            StudyCheck.Set(root, typeof(Study), name[Prefix.Length..].Split("__"), value, $"environment variable {name}");
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw new SetupException($"--set {setting} has no value; write --set key=value, as in --set fetch.parallelism=64");
            StudyCheck.Set(root, typeof(Study), setting[..equals].Split('.'), setting[(equals + 1)..], $"--set {setting}");
        }

        check.Object(root, typeof(Study), "");
        var study = root.Deserialize<Study>(Json)!;
        if (study.Filters.Metadata.Contradiction() is { } contradiction) throw new SetupException($"{path}: filters.metadata.{contradiction}");
        if (study.Analysis.Contradiction() is { } words) throw new SetupException($"{path}: analysis.{words}");
        return ObjectOptions.Contradiction(study.Objects) is { } wrong ? throw new SetupException($"{path}: objects{wrong}") : study;
    }

    private static JsonObject Parse(string path)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            options = options with { AllowDuplicateProperties = false };
            return JsonNode.Parse(File.ReadAllText(path), documentOptions: options) as JsonObject
                ?? throw new SetupException($"{path} is not a study: it must be one JSON object; see config/demo.json");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SetupException($"there is no study {path}; name a JSON file such as config/demo.json", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"cannot read the study {path}: {exception.Message}; name a JSON file that can be read", exception);
        }
        catch (JsonException exception)
        {
            throw new SetupException($"{path} is not JSON: {exception.Message.ReplaceLineEndings(" ")}; mend the line it names", exception);
        }
        catch (ArgumentException exception)
        {
            throw new SetupException($"{path} holds a key twice: {exception.Message.ReplaceLineEndings(" ")}; remove one", exception);
        }
    }
}
