using System.Globalization;

namespace Memorization.Rows;

/// <summary>A unit of work: one row group of one file's content. The same content under another name is the same unit.</summary>
/// <param name="FileContent">What <see cref="LaionFile.Content"/> says of the file.</param>
/// <param name="RowGroup">Zero-based row group.</param>
public readonly record struct UnitId(UInt128 FileContent, int RowGroup)
{
    /// <summary>32 hexadecimal digits, a colon and the row group.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{FileContent:x32}:{RowGroup}");
}
