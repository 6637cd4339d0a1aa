using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Schema;

namespace Memorization.Store;

/// <summary>What the log says of a file's columns, so that a reader can skip the file: numRecords, minValues, maxValues, nullCount.</summary>
internal static class FileStatistics
{
    private const int LongestText = 64;

    /// <summary>Takes them from the footer.</summary>
    /// <returns>The statistics as JSON, in Delta's form, and the number of rows.</returns>
    public static (string Json, long Rows) Read(ParquetReader reader, IReadOnlyList<TableColumn> columns)
    {
        JsonObject least = [], greatest = [], nulls = [];
        foreach (var column in columns.Where(column => column.HasStatistics))
        {
            // A file of an earlier version may lack the column.
            if (reader.Schema.GetDataFields().FirstOrDefault(field => field.Name == column.Name) is not { } field) continue;
            var groups = reader.RowGroups.Select(group => group.GetStatistics(field)).ToList();
            if (groups.TrueForAll(group => group?.NullCount is not null)) nulls[column.Name] = groups.Sum(group => group!.NullCount!.Value);
            var values = groups.SelectMany(group => new[] { group?.MinValue, group?.MaxValue }).ToList();
            if (values.Count == 0 || values.Contains(null)) continue;
            if (ToNode(values.Min()!, field) is not { } min || ToNode(values.Max()!, field) is not { } max) continue;
            (least[column.Name], greatest[column.Name]) = (min, max);
        }

        var rows = reader.RowGroups.Sum(group => group.RowCount);
        return (new JsonObject { ["numRecords"] = rows, ["minValues"] = least, ["maxValues"] = greatest, ["nullCount"] = nulls }.ToJsonString(), rows);
    }

    /// <summary>The number of rows that statistics name; −1 where they name none.</summary>
    public static long Rows(string? json) => json is null ? -1 : JsonNode.Parse(json)?["numRecords"]?.GetValue<long>() ?? -1;

    // Text only where its order is the same for everybody: Parquet.Net goes by UTF-16, readers by UTF-8, and the two differ above U+D7FF.
    private static JsonNode? ToNode(object value, DataField field) => value switch
    {
        long milliseconds when field is DateTimeDataField => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        string text => text.Length <= LongestText && text.All(char.IsAscii) ? text : null,
        int number => number,
        long number => number,
        double number => double.IsFinite(number) ? number : null,
        _ => null,
    };
}
