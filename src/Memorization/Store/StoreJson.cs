using System.Text.Json;
using System.Text.Json.Serialization;

namespace Memorization.Store;

/// <summary>How the store's JSON files are written: snake_case names, enums by name, indented.</summary>
internal static class StoreJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
    };
}
