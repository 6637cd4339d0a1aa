using Parquet.Schema;

namespace Memorization.Store;

/// <summary>A column in the three languages that describe it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sql">DuckDB's type.</param>
/// <param name="Delta">Delta's type, as JSON.</param>
/// <param name="IsNullable">Whether a row may lack it.</param>
/// <param name="HasStatistics">Whether its least and greatest value are worth writing into the log.</param>
internal sealed record TableColumn(string Name, string Sql, string Delta, bool IsNullable, bool HasStatistics)
{
    public static TableColumn From(Field field) => field switch
    {
        ListField { Item: DataField { ClrType: var item } } when item == typeof(float) =>
            new(field.Name, "FLOAT[]", """{"type":"array","elementType":"float","containsNull":false}""", field.IsNullable, HasStatistics: false),
        DataField data => From(data),
        _ => throw new NotSupportedException($"no table has a column like {field.Name}"),
    };

    private static TableColumn From(DataField field)
    {
        var (sql, delta) = field switch
        {
            DateTimeDataField => ("TIMESTAMPTZ", "timestamp"),
            { ClrType: var type } when type == typeof(ReadOnlyMemory<char>) || type == typeof(string) => ("VARCHAR", "string"),
            { ClrType: var type } when type == typeof(ReadOnlyMemory<byte>) || type == typeof(byte[]) => ("BLOB", "binary"),
            { ClrType: var type } when type == typeof(int) => ("INTEGER", "integer"),
            { ClrType: var type } when type == typeof(long) => ("BIGINT", "long"),
            { ClrType: var type } when type == typeof(double) => ("DOUBLE", "double"),
            { ClrType: var type } when type == typeof(bool) => ("BOOLEAN", "boolean"),
            _ => throw new NotSupportedException($"no table has a column of {field.ClrType.Name}, as {field.Name} is"),
        };
        return new TableColumn(field.Name, sql, $"\"{delta}\"", field.IsNullable, HasStatistics: sql is not ("BLOB" or "BOOLEAN"));
    }
}
