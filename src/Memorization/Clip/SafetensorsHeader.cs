using System.Text.Json;

namespace Memorization.Clip;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">"F32", "F16", "BF16" or another of the format's types.</param>
/// <param name="Shape">Its dims; none for a scalar.</param>
/// <param name="Begin">Its first byte, counted from the header's end.</param>
/// <param name="End">The byte after its last.</param>
internal sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>"F32 [768, 3, 32, 32]".</summary>
    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]";
}

/// <summary>The JSON at the head of a safetensors file, held against the format's rules: https://github.com/huggingface/safetensors#format.</summary>
internal static class SafetensorsHeader
{
    /// <summary>The longest header that is read, as in the reference implementation.</summary>
    public const long MaxBytes = 100_000_000;

    private static readonly Dictionary<string, int> Sizes = new(StringComparer.Ordinal)
    {
        ["F64"] = 8,
        ["I64"] = 8,
        ["U64"] = 8,
        ["F32"] = 4,
        ["I32"] = 4,
        ["U32"] = 4,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["I16"] = 2,
        ["U16"] = 2,
        ["F8_E4M3"] = 1,
        ["F8_E5M2"] = 1,
        ["I8"] = 1,
        ["U8"] = 1,
        ["BOOL"] = 1,
    };

    /// <summary>Reads a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataBytes">How many bytes follow the header.</param>
    /// <returns>The tensors, in the order of their bytes, which they cover without gap or overlap.</returns>
    /// <exception cref="InvalidDataException">A rule is broken; the message names the tensor.</exception>
    public static IReadOnlyList<SafetensorsEntry> Parse(ReadOnlyMemory<byte> json, long dataBytes)
    {
        List<SafetensorsEntry> entries = [];
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException("its header is not a JSON object");
            foreach (var property in document.RootElement.EnumerateObject())
                if (property.Name != "__metadata__") entries.Add(Entry(property.Name, property.Value, dataBytes));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is an escaped lone surrogate in a name.
            throw new InvalidDataException($"its header is not JSON: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != end) throw Broken(entry.Name, $"it begins at byte {entry.Begin}, where {end} bytes are taken: an overlap or a gap");
            end = entry.End;
        }

        return end == dataBytes ? entries : throw new InvalidDataException($"its tensors end at byte {end} of {dataBytes}");
    }

    private static SafetensorsEntry Entry(string name, JsonElement value, long dataBytes)
    {
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shape) || Numbers(shape) is not { } dims
            || !value.TryGetProperty("data_offsets", out var offsets) || Numbers(offsets) is not [var begin, var end])
        {
            throw Broken(name, "it must have a dtype, a shape and two data_offsets, none of them negative");
        }

        var type = dtype.GetString()!;
        if (!Sizes.TryGetValue(type, out var size)) throw Broken(name, $"its dtype \"{type}\" is not one of {string.Join(", ", Sizes.Keys)}");
        var expected = dims.Aggregate((Int128)size, (product, dim) => product > long.MaxValue ? product : product * dim);
        if (begin > end || end > dataBytes) throw Broken(name, $"its bytes {begin} to {end} do not lie in the file's {dataBytes}: the file is cut off or its header wrong");
        if (end - begin != expected) throw Broken(name, $"{type} [{string.Join(", ", dims)}] takes {expected} bytes, not {end - begin}");
        return new SafetensorsEntry(name, type, dims, begin, end);
    }

    // Null unless it is a list of whole numbers, none negative.
    private static long[]? Numbers(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array) return null;
        var numbers = new long[list.GetArrayLength()];
        var i = 0;
        foreach (var item in list.EnumerateArray())
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i++]) || numbers[i - 1] < 0) return null;
        return numbers;
    }

    private static InvalidDataException Broken(string name, string why) => new($"tensor {name}: {why}");
}
