using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Memorization.Configuration;

/// <summary>Holds a study's JSON against the options records: every key known, every value of its type and in its range.</summary>
internal sealed class StudyCheck(string path)
{
    /// <summary>Sets one value by its key path; keys match whatever their case.</summary>
    public static void Set(JsonObject root, Type type, string[] keys, string value, string source)
    {
        var node = root;
        for (var i = 0; ; i++)
        {
            if (IsDictionary(type))
            {
                node[string.Join('.', keys[i..])] = value;
                return;
            }

            var property = Find(type, keys[i]) ?? throw Unknown(string.Join('.', keys[..i]), keys[i], type, source);
            var name = NameOf(property);
            type = property.PropertyType;
            if (i == keys.Length - 1)
            {
                if (IsObject(type)) throw new SetupException($"{source}: {string.Join('.', keys)} is a group; set one of {string.Join(", ", KeysOf(type))} in it");
                node[name] = ToNode(value, type);
                return;
            }

            if (!IsObject(type) && !IsDictionary(type)) throw new SetupException($"{source}: {string.Join('.', keys[..(i + 1)])} has no keys below it");
            if (node[name] is not JsonObject child) node[name] = child = [];
            node = child;
        }
    }

    /// <summary>Checks an object and everything in it.</summary>
    public void Object(JsonObject node, Type type, string prefix)
    {
        foreach (var (key, value) in node)
        {
            var property = type.GetProperties().FirstOrDefault(p => NameOf(p) == key) ?? throw Unknown(prefix, key, type, path);
            var full = prefix.Length > 0 ? $"{prefix}.{key}" : key;
            if (IsObject(property.PropertyType))
                Object(value as JsonObject ?? throw Wrong(full, value, "an object"), property.PropertyType, full);
            else if (ItemOf(property.PropertyType) is { } item)
                List(value as JsonArray ?? throw Wrong(full, value, "a list of objects"), item, full);
            else
                Leaf(value, property, full);
        }
    }

    private void List(JsonArray values, Type item, string key)
    {
        for (var i = 0; i < values.Count; i++)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]");
            Object(values[i] as JsonObject ?? throw Wrong(place, values[i], "an object"), item, place);
        }
    }

    private void Leaf(JsonNode? value, PropertyInfo property, string key)
    {
        object? parsed;
        try
        {
            parsed = value.Deserialize(property.PropertyType, StudyFile.Json);
        }
        catch (JsonException)
        {
            throw Wrong(key, value, Describe(property.PropertyType));
        }

        if (parsed is null)
        {
            if (new NullabilityInfoContext().Create(property).WriteState == NullabilityState.NotNull)
                throw Wrong(key, value, Describe(property.PropertyType));
            return;
        }

        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            var number = Convert.ToDouble(parsed, CultureInfo.InvariantCulture);
            var (minimum, maximum) = (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));
            if (!(number >= minimum && number <= maximum) || (range.MinimumIsExclusive && number == minimum))
                throw Wrong(key, value, FormattableString.Invariant(range.MinimumIsExclusive ? (FormattableString)$"above {range.Minimum} and at most {range.Maximum}" : $"{range.Minimum} to {range.Maximum}"));
        }
    }

    private SetupException Wrong(string key, JsonNode? value, string wanted) =>
        new($"{path}: {key} is {value?.ToJsonString() ?? "null"}; it must be {wanted}");

    private static SetupException Unknown(string prefix, string key, Type type, string source)
    {
        var nearest = KeysOf(type).MinBy(known => (EditDistance(known.ToUpperInvariant(), key.ToUpperInvariant()), known))!;
        var dot = prefix.Length > 0 ? prefix + "." : "";
        return new SetupException($"{source}: unknown key {dot}{key}; the nearest is {dot}{nearest}");
    }

    private static JsonNode? ToNode(string value, Type type)
    {
        if (type == typeof(string)) return value;
        try
        {
            return JsonNode.Parse(value);
        }
        catch (JsonException)
        {
            return value; // A bare word: an enum member, or something Leaf will refuse by name.
        }
    }

    private static IEnumerable<string> KeysOf(Type type) => type.GetProperties().Select(NameOf);

    private static PropertyInfo? Find(Type type, string key) =>
        type.GetProperties().FirstOrDefault(property => string.Equals(NameOf(property), key, StringComparison.OrdinalIgnoreCase));

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static bool IsObject(Type type) => type.IsClass && type.Assembly == typeof(Study).Assembly;

    // The record that a list is of; null for every other type.
    private static Type? ItemOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && IsObject(type.GenericTypeArguments[0]) ? type.GenericTypeArguments[0] : null;

    private static bool IsDictionary(Type type) => typeof(IReadOnlyDictionary<string, string>).IsAssignableFrom(type);

    private static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum) return "one of " + string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName));
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(int) || type == typeof(long)) return "a whole number";
        if (type == typeof(double)) return "a number";
        if (type == typeof(string)) return "a string";
        return IsDictionary(type) ? "an object of strings" : "a list of " + (type.GetGenericArguments().FirstOrDefault() == typeof(double) ? "numbers" : "strings");
    }

    /// <summary>Levenshtein's distance: insertions, deletions and replacements that turn one word into the other.</summary>
    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
