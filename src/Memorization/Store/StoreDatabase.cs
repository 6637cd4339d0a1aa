using System.Data.Common;
using DuckDB.NET.Data;
using Memorization.Configuration;
using Memorization.Flow;

namespace Memorization.Store;

/// <summary>SQL over a store: DuckDB views on the files of one state, one of each table's name, <c>study</c> and <c>unfinished_rows</c>.</summary>
/// <remarks>
/// The views of partitioned tables hold the state's filter and model; <c>images</c> has each row's latest outcome, <c>units</c> each unit's.
/// The database is in memory and reads the files in place. Not thread-safe.
/// </remarks>
public sealed partial class StoreDatabase : IDisposable
{
    // Of a URL as it was requested: written out by UrlPolicy, so that the host is lower case and ASCII.
    private const string HostSql = @"regexp_extract(url, '^[a-z]+://(?:[^/?#@]*@)?(\[[^]]*\]|[^/:?#]+)', 1)";

    // The rows a study is about: the filter keeps them, their image is stored, and it has a family.
    private const string StudySql = """
        CREATE VIEW study AS
        SELECT r.row_key, r.caption, r.url, i.content_id, f.family, i.host
        FROM rows r JOIN verdicts v USING (row_key) JOIN images i USING (row_key) JOIN families f USING (content_id)
        WHERE v.kept AND i.outcome = 'kept'
        """;

    // Rows of row groups that a stopped run left unfinished: what it had not read or not selected is in no table.
    // The row groups are told apart before the rows are: a row's would be put together for each of millions.
    private const string UnfinishedRowsSql = """
        CREATE VIEW unfinished_rows AS
        SELECT row_key FROM rows SEMI JOIN (
            SELECT source_content, source_row_group FROM (SELECT DISTINCT source_content, source_row_group FROM rows)
            WHERE source_content || ':' || source_row_group NOT IN (SELECT unit FROM units)) USING (source_content, source_row_group)
        """;

    // What finished row groups count of rows that are stored, at their first place or a further one.
    private static readonly string SelectedSql = $"SELECT coalesce(sum(rows), 0) FROM units WHERE reason IS NULL OR reason NOT IN ({Names(reason => reason.Stage() == StageName.Scan)})";

    private readonly DuckDBConnection _connection;
    private readonly Func<long>? _loggedRows;

    private StoreDatabase(DuckDBConnection? connection = null, Func<long>? loggedRows = null)
    {
        _loggedRows = loggedRows;
        _connection = connection ?? new DuckDBConnection("DataSource=:memory:");
        _connection.Open();
        // Files never change, and each query would read the footers of all again.
        Execute("SET parquet_metadata_cache = true");
    }

    /// <summary>The snapshot that was opened; null for a state that none describes.</summary>
    internal Snapshot? Snapshot { get; private init; }

    /// <summary>The snapshot's threshold and number.</summary>
    /// <exception cref="InvalidOperationException">The state is no snapshot's.</exception>
    public (double Threshold, long Number) ThresholdAndSnapshot =>
        Snapshot is { } snapshot ? (snapshot.Threshold, snapshot.Number) : throw new InvalidOperationException("not opened at a snapshot");

    /// <summary>Throws unless the snapshot's embeddings are of a model.</summary>
    /// <param name="model">The model's id.</param>
    /// <exception cref="SetupException">They are of another.</exception>
    public void RequireModel(string model)
    {
        if (Snapshot?.Model != model) throw new SetupException($"the store's newest snapshot is of another model than the study names ({Snapshot?.Model}, not {model}); run `memorization run STUDY` first");
    }

    /// <summary>Opens the newest snapshot of a store.</summary>
    /// <exception cref="SetupException">There is no store, or it has no snapshot yet.</exception>
    public static async Task<StoreDatabase> OpenAsync(string store)
    {
        var snapshot = await Snapshot.ReadCurrentAsync(store).ConfigureAwait(false)
            ?? throw new SetupException($"there is no finished run in {store}; run `memorization run STUDY` first");
        return Open(await StoreTables.ReadAsync(store, snapshot.Tables).ConfigureAwait(false), snapshot.Filter, snapshot.Model, snapshot);
    }

    /// <summary>Opens the newest version of every table, which no snapshot need describe: what a run that was cut off has committed.</summary>
    /// <param name="scope">The store, and the filter and model that count.</param>
    /// <exception cref="SetupException">There is no store, or it cannot be read.</exception>
    public static async Task<StoreDatabase> OpenLatestAsync(StoreScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (!Directory.Exists(scope.Store)) throw new SetupException($"there is no store in {scope.Store}; run `memorization run STUDY` first");
        return scope.Open(await StoreTables.ReadAsync(scope.Store).ConfigureAwait(false));
    }

    /// <summary>Opens tables as one state.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="filter">The filter whose verdicts count.</param>
    /// <param name="model">The model whose embeddings and families count.</param>
    /// <param name="snapshot">The snapshot that the state is of, if it is.</param>
    internal static StoreDatabase Open(StoreTables tables, string filter, string model, Snapshot? snapshot = null)
    {
        var database = new StoreDatabase(loggedRows: () => tables.Count(Tables.Rows) + tables.Count(Tables.Duplicates)) { Snapshot = snapshot };
        foreach (var table in Tables.All)
        {
            var partition = table.Partition switch { "filter" => filter, "model" => model, _ => null };
            var (select, where) = table.Name switch
            {
                Tables.Images => ($"*, {HostSql} AS host", "QUALIFY row_number() OVER (PARTITION BY row_key ORDER BY version DESC NULLS LAST, fetched_at DESC) = 1"),
                Tables.Units => ("*", $"WHERE filter = {Text(filter)} AND model = {Text(model)} QUALIFY generation = max(generation) OVER (PARTITION BY unit)"),
                _ => (partition is null ? "*" : $"*, {Text(partition)} AS {table.Partition}", ""),
            };
            database.View(table, tables.Files(table, partition).Select(file => tables.PathOf(table.Name, file.Path)), select, where);
        }

        database.Execute(StudySql);
        database.Execute(UnfinishedRowsSql);
        return database;
    }

    /// <summary>Opens one table with every record that is in it, those included that later ones supersede, and all partitions.</summary>
    internal static StoreDatabase OfAllRecords(StoreTables tables, TableDefinition table)
    {
        var database = new StoreDatabase();
        database.View(table, tables.Files(table).Select(file => tables.PathOf(table.Name, file.Path)), "*", "");
        return database;
    }

    /// <summary>The same views once more, for queries that run beside this one's; each is closed by itself.</summary>
    internal StoreDatabase Another() => new(_connection.Duplicate()) { Snapshot = Snapshot };

    /// <summary>Reads the rows of the study once, for the many queries over them that follow.</summary>
    public void KeepStudy() => Keep("study");

    /// <summary>The same of the rows of unfinished row groups. They are looked for only where other rows are stored than the finished ones count.</summary>
    public void KeepUnfinishedRows() => Keep("unfinished_rows", $"WHERE {_loggedRows?.Invoke() != Count(SelectedSql)}");

    /// <summary>Runs a query and maps each row.</summary>
    public IReadOnlyList<T> Query<T>(string sql, Func<DbDataReader, T> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        var result = new List<T>();
        ForEach(sql, reader => result.Add(map(reader)));
        return result;
    }

    /// <summary>Runs a query whose answer is one whole number.</summary>
    public long Count(string sql) => Query($"SELECT ({sql})::BIGINT", reader => reader.GetInt64(0))[0];

    /// <summary>Runs a person's query.</summary>
    /// <returns>Column names, then rows as values.</returns>
    /// <exception cref="SetupException">The query does not run; the message is DuckDB's.</exception>
    public (IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows) Query(string sql)
    {
        try
        {
            using var command = _connection.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
            var rows = new List<object?[]>();
            while (reader.Read())
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : Value(reader.GetValue(i)))]);
            return (columns, rows);
        }
        catch (DuckDBException exception)
        {
            throw new SetupException($"the query does not run: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>Runs a query and hands over each row.</summary>
    internal void ForEach(string sql, Action<DbDataReader> take)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read()) take(reader);
    }

    /// <summary>Makes a table of one text column beside the views, or makes it anew.</summary>
    /// <param name="table">Its name; no view has it.</param>
    /// <param name="column">The column's name.</param>
    /// <param name="values">Its values.</param>
    internal void Fill(string table, string column, IEnumerable<string> values)
    {
        Execute($"CREATE OR REPLACE TABLE {table} ({column} VARCHAR)");
        using var appender = _connection.CreateAppender(table);
        foreach (var value in values) appender.CreateRow().AppendValue(value).EndRow();
    }

    /// <summary>Closes the database; the files stay.</summary>
    public void Dispose() => _connection.Dispose();

    // First the columns as they are today, without rows: files of earlier versions lack some, and a table may have no file yet.
    private void View(TableDefinition table, IEnumerable<string> files, string select, string where)
    {
        var list = string.Join(", ", files.Select(Text));
        var source = $"SELECT {string.Join(", ", table.Columns.Select(column => $"NULL::{column.Sql} AS \"{column.Name}\""))} WHERE false";
        if (list.Length > 0) source += $" UNION ALL BY NAME SELECT {Unpruned(table)} FROM read_parquet([{list}], hive_partitioning = false, union_by_name = true)";
        Execute($"CREATE VIEW {table.Name} AS SELECT {select} FROM ({source}) {where}");
    }

    // The files' statistics order text by UTF-16, DuckDB by UTF-8: by statistics it would skip rows that a caption with an emoji in it is asked for.
    // What is concatenated has none. Keys and ids are ASCII and have no need of it.
    private static string Unpruned(TableDefinition table) => table.Name is Tables.Rows or Tables.Duplicates
        ? "* REPLACE (url || '' AS url, caption || '' AS caption, license || '' AS license, nsfw || '' AS nsfw)"
        : "*";

    private void Keep(string view, string where = "") => Execute($"CREATE TEMP TABLE {view} AS SELECT * FROM main.{view} {where}");

    internal void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Some reasons as a list of texts.</summary>
    internal static string Names(Func<Reason, bool> which) => string.Join(", ", Enum.GetValues<Reason>().Where(which).Select(reason => $"'{reason}'"));

    private static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    // DuckDB.NET gives a BLOB as a stream over memory that is gone with the row.
    private static object Value(object value)
    {
        if (value is not Stream stream) return value;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
