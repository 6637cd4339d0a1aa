using System.Data.Common;

namespace Memorization.Export;

/// <summary>Values of an answer's row that may be null.</summary>
internal static class ReaderValues
{
    public static string? TextOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static T? OrNull<T>(this DbDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
