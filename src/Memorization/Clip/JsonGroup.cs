using System.Text.Json;

namespace Memorization.Clip;

/// <summary>A JSON object of one of the small files in a model's folder; every error names the file, the key and what it must be.</summary>
/// <param name="Path">The file.</param>
/// <param name="Prefix">The keys that lead to the object, with a dot at the end; empty at the root.</param>
/// <param name="Element">The object.</param>
internal readonly record struct JsonGroup(string Path, string Prefix, JsonElement Element)
{
    // The largest in use, a tokenizer.json, has 4 MB.
    private const long MaxBytes = 64 << 20;

    /// <summary>The file's only JSON object.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not one JSON object, or very large.</exception>
    public static JsonGroup Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new FileNotFoundException($"there is no {path}", path);
        if (file.Length > MaxBytes) throw new InvalidDataException($"{path} has {file.Length} bytes; it must be a small JSON file");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonGroup(path, "", document.RootElement.Clone())
                : throw new InvalidDataException($"{path} is not a JSON object");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>The object under a key; null if there is none.</summary>
    public JsonGroup? Group(string key) =>
        Find(key) is { ValueKind: JsonValueKind.Object } value ? new JsonGroup(Path, $"{Prefix}{key}.", value) : null;

    /// <summary>A whole number within limits, or the value that its absence stands for.</summary>
    public int Integer(string key, int absent, int minimum, int maximum) => Find(key) is not { } value
        ? absent
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Wrong(key, value, $"a whole number from {minimum} to {maximum}");

    /// <summary>A number within limits, or the value that its absence stands for.</summary>
    public double Number(string key, double absent, double minimum, double maximum) => Find(key) is not { } value
        ? absent
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Wrong(key, value, FormattableString.Invariant($"a number from {minimum} to {maximum}"));

    /// <summary>True or false, or what its absence stands for.</summary>
    public bool Flag(string key, bool absent) => Find(key) is not { } value
        ? absent
        : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(key, value, "true or false"),
        };

    /// <summary>One of several words, or the one that its absence stands for; no words take any.</summary>
    public string Text(string key, string absent, params ReadOnlySpan<string> words) => Find(key) is not { } value
        ? absent
        : value.ValueKind == JsonValueKind.String && value.GetString() is { } text && (words.IsEmpty || words.Contains(text))
            ? text
            : throw Wrong(key, value, words.IsEmpty ? "a string" : $"one of {string.Join(", ", words.ToArray())}");

    /// <summary>Three numbers within limits, or those that their absence stands for.</summary>
    public double[] Three(string key, double[] absent, double minimum, double maximum)
    {
        if (Find(key) is not { } value) return absent;
        var numbers = value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out var number) ? number : double.NaN).ToArray()
            : [];
        return numbers.Length == 3 && numbers.All(number => number >= minimum && number <= maximum)
            ? numbers
            : throw Wrong(key, value, FormattableString.Invariant($"three numbers from {minimum} to {maximum}"));
    }

    /// <summary>What stands under a key; null if it is absent or null.</summary>
    public JsonElement? Find(string key) =>
        Element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>An error for a value that cannot be used.</summary>
    public InvalidDataException Wrong(string key, JsonElement value, string wanted)
    {
        var text = value.GetRawText().ReplaceLineEndings(" ");
        return new($"{Path}: {Prefix}{key} is {(text.Length > 80 ? text[..80] + "…" : text)}; it must be {wanted}");
    }
}
