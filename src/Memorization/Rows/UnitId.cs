using System.Globalization;

namespace Memorization.Rows;

/// <summary>A unit of work: one row group of one file's content. The same content under another name is the same unit.</summary>
/// <param name="FileContent">What <see cref="LaionFile.Content"/> says of the file.</param>
/// <param name="RowGroup">Zero-based row group.</param>
public readonly record struct UnitId(UInt128 FileContent, int RowGroup)
{
    /// <summary>32 hexadecimal digits, a colon and the row group.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{FileContent:x32}:{RowGroup}");

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static UnitId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new UnitId(
            UInt128.Parse(text.AsSpan(0, 32), NumberStyles.HexNumber, CultureInfo.InvariantCulture), int.Parse(text.AsSpan(33), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
