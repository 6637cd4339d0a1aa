namespace Memorization.Pipelines.Terminal;

/// <summary>Rows of CSV as RFC 4180 has them, without the line's end.</summary>
internal static class CsvText
{
    /// <summary>The cells, quoted where they need it.</summary>
    public static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(Quote));

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
