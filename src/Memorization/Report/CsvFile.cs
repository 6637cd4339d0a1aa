using System.Globalization;
using System.Text;

namespace Memorization.Report;

/// <summary>A table as RFC 4180 has it: commas, CRLF, quotes where they are needed; numbers without grouping.</summary>
internal static class CsvFile
{
    /// <summary>Writes head and rows; cells are strings, whole numbers or doubles.</summary>
    public static string Of(string[] head, IEnumerable<object?[]> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(head)) text.Append(Line(row));
        return text.ToString();
    }

    /// <summary>One row with its end; null is an empty cell.</summary>
    public static string Line(IEnumerable<object?> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";

    private static string Cell(object? value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
