using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memorization.Pipelines.Terminal;

/// <summary>How results are printed as JSON: snake_case, reasons by their name.</summary>
internal static class JsonOutput
{
    public static JsonSerializerOptions Indented { get; } = Options(indented: true);

    public static JsonSerializerOptions Line { get; } = Options(indented: false);

    private static JsonSerializerOptions Options(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = indented,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };
}
