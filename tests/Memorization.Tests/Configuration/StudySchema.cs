using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Memorization.Configuration;

namespace Memorization.Tests.Configuration;

/// <summary>The JSON schema of a study, made from the options records: their XML docs are its descriptions, their ranges its bounds.</summary>
internal static partial class StudySchema
{
    public static JsonObject Create()
    {
        var docs = XDocument.Load(Path.ChangeExtension(typeof(Study).Assembly.Location, ".xml"))
            .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, Summary);
        var schema = (JsonObject)new JsonSerializerOptions(StudyFile.Json) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() }.GetJsonSchemaAsNode(typeof(Study), new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => Describe(context, node, docs),
        });
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "A Memorization study");
        return schema;
    }

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode node, Dictionary<string, string> docs)
    {
        if (node is not JsonObject schema) return node;
        if (context.TypeInfo.Type.Assembly == typeof(Study).Assembly && context.TypeInfo.Type.IsClass)
        {
            schema["additionalProperties"] = false;
            schema["type"] = "object";
        }

        if (context.PropertyInfo?.AttributeProvider is not System.Reflection.PropertyInfo property) return node;
        if (docs.TryGetValue($"P:{property.DeclaringType!.FullName}.{property.Name}", out var summary)) schema.Insert(0, "description", summary);
        if (property.GetCustomAttributes(typeof(RangeAttribute), false) is [RangeAttribute range])
        {
            schema["minimum"] = JsonValue.Create(Convert.ToDecimal(range.Minimum, null));
            schema["maximum"] = JsonValue.Create(Convert.ToDecimal(range.Maximum, null));
        }

        return node;
    }

    private static string Summary(XElement member) =>
        WhiteSpace().Replace(string.Concat(member.Element("summary")?.Nodes().Select(Text) ?? []), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement element => element.Attribute("cref")?.Value.Split('.')[^1] ?? element.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
