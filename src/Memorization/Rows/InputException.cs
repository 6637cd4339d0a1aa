using System.Globalization;
using System.Text;

namespace Memorization.Rows;

/// <summary>What the user asked for cannot be found; the message is one line and says what, where, and the fix.</summary>
/// <param name="message">One line for the user.</param>
public sealed class InputException(string message) : Exception(message);

/// <summary>A file, or a part of one, cannot be read as LAION metadata; the message is one line: <c>cannot read FILE, row group 3, column TEXT: …</c></summary>
/// <remarks>Other files, and other row groups of this one, may still be readable.</remarks>
public sealed class BrokenInputException : Exception
{
    private const int MaxDetailCharacters = 400;

    internal BrokenInputException(string file, string detail, int? rowGroup = null, string? column = null, Exception? cause = null)
        : base(Line(file, detail, rowGroup, column), cause)
    {
        File = file;
        RowGroup = rowGroup;
        Column = column;
    }

    /// <summary>The file, as it was opened.</summary>
    public string File { get; }

    /// <summary>Zero-based row group; null if the file as a whole cannot be read.</summary>
    public int? RowGroup { get; }

    /// <summary>The column by its name in the file; null if the trouble is not in one column.</summary>
    public string? Column { get; }

    private static string Line(string file, string detail, int? rowGroup, string? column)
    {
        var line = new StringBuilder($"cannot read {OneLine(file)}");
        if (rowGroup is { } group) line.Append(CultureInfo.InvariantCulture, $", row group {group}");
        if (column is not null) line.Append(CultureInfo.InvariantCulture, $", column {OneLine(column)}");
        return line.Append(": ").Append(OneLine(detail)).ToString();
    }

    // Names and native messages come from a file that may be broken: they could hold anything.
    private static string OneLine(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length <= MaxDetailCharacters ? line : line[..MaxDetailCharacters] + "…";
    }
}
