using System.Text;
using DuckDB.NET.Data;
using Memorization.Store;

namespace Memorization.Report;

/// <summary>A table of results, as CSV for people and Parquet for programs.</summary>
/// <param name="Name">The files' name without an extension.</param>
/// <param name="Columns">Names and SQL types.</param>
/// <param name="Rows">Cells in the order of the columns; null is an empty cell.</param>
internal sealed record ResultTable(string Name, IReadOnlyList<(string Name, string Type)> Columns, IReadOnlyList<object?[]> Rows)
{
    public const string Text = "VARCHAR", Whole = "BIGINT", Real = "DOUBLE", Flag = "BOOLEAN";

    /// <summary>The table as RFC 4180 has it.</summary>
    public string ToCsv() => CsvFile.Of([.. Columns.Select(column => column.Name)], Rows);

    /// <summary>Writes NAME.csv and NAME.parquet of each table, each file whole or not at all.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="folder">Where to.</param>
    /// <exception cref="Configuration.SetupException">The folder cannot be written.</exception>
    public static async Task WriteAllAsync(IEnumerable<ResultTable> tables, string folder)
    {
        // One for all: to open a database takes longer than to write a small table.
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync().ConfigureAwait(false);
        foreach (var table in tables) await table.WriteAsync(folder, connection).ConfigureAwait(false);
    }

    private async Task WriteAsync(string folder, DuckDBConnection connection)
    {
        var csv = Path.Combine(folder, $"{Name}.csv");
        await Durable.WriteAsync(csv, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(ToCsv())).AsTask()).ConfigureAwait(false);
        var (parquet, unfinished) = (Path.Combine(folder, $"{Name}.parquet"), Path.Combine(folder, $"{Name}.parquet{Durable.Unfinished}"));
        Durable.Guard(parquet, () =>
        {
            ToParquet(connection, csv, unfinished);
            File.Move(unfinished, parquet, overwrite: true);
            return true;
        });
    }

    // Of the file that was just written, so that both say the same.
    private void ToParquet(DuckDBConnection connection, string csv, string parquet)
    {
        using var command = connection.CreateCommand();
        var columns = string.Join(", ", Columns.Select(column => $"'{column.Name}': '{column.Type}'"));
        command.CommandText = $"COPY (SELECT * FROM read_csv({Quoted(csv)}, header = true, delim = ',', quote = '\"', escape = '\"', max_line_size = 16777216, columns = {{{columns}}})) TO {Quoted(parquet)} (FORMAT parquet)";
        command.ExecuteNonQuery();
    }

    private static string Quoted(string path) => $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
