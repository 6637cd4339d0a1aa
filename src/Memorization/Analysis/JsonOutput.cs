using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memorization.Analysis;

/// <summary>How results are printed as JSON: snake_case, reasons by their name.</summary>
public static class JsonOutput
{
    /// <summary>A document of its own.</summary>
    public static JsonSerializerOptions Indented { get; } = Options(indented: true);

    /// <summary>One of several JSON lines.</summary>
    public static JsonSerializerOptions Line { get; } = Options(indented: false);

    private static JsonSerializerOptions Options(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = indented,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };
}
