using System.Data;
using System.Data.Common;
using DuckDB.NET.Data;
using Memorization.Configuration;

namespace Memorization.Store;

/// <summary>SQL over a store: DuckDB views named rows, images, thumbnails, embeddings, verdicts, families, family_names, family_log, units and study, on the files of one state.</summary>
/// <remarks>The database is in memory and reads the files in place. Not thread-safe.</remarks>
public sealed partial class StoreDatabase : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    private StoreDatabase() => _connection.Open();

    /// <summary>The snapshot that was opened; null for a state that none describes.</summary>
    internal Snapshot? Snapshot { get; private init; }

    /// <summary>The snapshot's threshold and number.</summary>
    /// <exception cref="InvalidOperationException">The state is no snapshot's.</exception>
    public (double Threshold, long Number) ThresholdAndSnapshot =>
        Snapshot is { } snapshot ? (snapshot.Threshold, snapshot.Number) : throw new InvalidOperationException("not opened at a snapshot");

    /// <summary>Opens the newest snapshot of a store.</summary>
    /// <exception cref="SetupException">There is no store, or it has no snapshot yet.</exception>
    public static async Task<StoreDatabase> OpenAsync(string store)
    {
        var snapshot = await Snapshot.ReadCurrentAsync(store).ConfigureAwait(false)
            ?? throw new SetupException($"there is no finished run in {store}; run `memorization run STUDY` first");
        var log = await CommitLog.ReadAsync(store).ConfigureAwait(false);
        return Open(store, log.Commits.Take((int)snapshot.Commits), snapshot.Files, snapshot.Filter, snapshot.Model, snapshot);
    }

    /// <summary>Opens a number of commits, and the tables that go with them, as one state.</summary>
    internal static StoreDatabase Open(
        string store, IEnumerable<Commit> commits, IEnumerable<AddedFile> ofSnapshot, string filter, string model, Snapshot? snapshot = null)
    {
        var committed = commits.ToList();
        var byTable = committed.SelectMany(commit => commit.Files).Concat(ofSnapshot)
            .ToLookup(file => file.Table, file => Path.GetFullPath(Path.Combine(store, file.Path)));
        var database = new StoreDatabase { Snapshot = snapshot };
        database.View("rows", byTable[Tables.Rows], RowColumns, "*");
        database.View(
            "images", byTable[Tables.Images], ImageColumns, $"*, {HostSql} AS host", "QUALIFY row_number() OVER (PARTITION BY row_key ORDER BY fetched_at DESC) = 1");
        database.View("thumbnails", byTable[Tables.Thumbnails], ThumbnailColumns, "*");
        database.View("verdicts", byTable[$"{Tables.Verdicts}/filter={filter}"], VerdictColumns, $"row_key, kept, reason, detail, '{filter}' AS filter");
        database.View("embeddings", byTable[$"{Tables.Embeddings}/model={model}"], EmbeddingColumns, $"content_id, embedding, '{model}' AS model");
        database.View("families", byTable[$"{Tables.Families}/model={model}"], FamilyColumns, $"*, '{model}' AS model");
        database.View("family_names", byTable[$"{Tables.FamilyNames}/model={model}"], FamilyNameColumns, "*");
        database.View("family_log", byTable[$"{Tables.FamilyLog}/model={model}"], FamilyLogColumns, "*");
        database.Execute(StudySql);
        database.FillUnits(committed.SelectMany(commit => commit.Units).Where(unit => unit.Fingerprint == $"{filter}/{model}"));
        return database;
    }

    // Types of the views that have no file yet; with files the files say it.
    private const string RowColumns = "row_key VARCHAR, url VARCHAR, caption VARCHAR, width INTEGER, height INTEGER, license VARCHAR, nsfw VARCHAR, similarity DOUBLE, token_count INTEGER, source_content VARCHAR, source_row_group INTEGER, source_row INTEGER";
    private const string ImageColumns = "row_key VARCHAR, url VARCHAR, outcome VARCHAR, reason VARCHAR, detail VARCHAR, http_status INTEGER, attempts INTEGER, fetched_at TIMESTAMPTZ, elapsed_ms INTEGER, content_id VARCHAR, bytes BIGINT, mime VARCHAR, format VARCHAR, width INTEGER, height INTEGER";
    private const string VerdictColumns = "row_key VARCHAR, kept BOOLEAN, reason VARCHAR, detail VARCHAR";
    private const string EmbeddingColumns = "content_id VARCHAR, embedding FLOAT[]";
    private const string FamilyColumns = "content_id VARCHAR, family VARCHAR, star VARCHAR, similarity_to_leader DOUBLE";
    private const string FamilyNameColumns = "family VARCHAR, stable_id BIGINT, anchor VARCHAR, contents INTEGER, stars INTEGER, least_similarity DOUBLE";
    private const string FamilyLogColumns = "snapshot BIGINT, stable_id BIGINT, change VARCHAR, other BIGINT, contents INTEGER";
    private const string ThumbnailColumns = "content_id VARCHAR, mime VARCHAR, image BLOB";

    // Of a URL as it was requested: written out by UrlPolicy, so that the host is lower case and ASCII.
    private const string HostSql = @"regexp_extract(url, '^[a-z]+://(?:[^/?#@]*@)?(\[[^]]*\]|[^/:?#]+)', 1)";

    // The rows a study is about: the filter keeps them, their image is stored, and it has a family.
    private const string StudySql = """
        CREATE VIEW study AS
        SELECT r.row_key, r.caption, r.url, i.content_id, f.family, i.host
        FROM rows r JOIN verdicts v USING (row_key) JOIN images i USING (row_key) JOIN families f USING (content_id)
        WHERE v.kept AND i.outcome = 'kept'
        """;

    /// <summary>Runs a query and maps each row.</summary>
    public IReadOnlyList<T> Query<T>(string sql, Func<DbDataReader, T> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var result = new List<T>();
        while (reader.Read()) result.Add(map(reader));
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

    /// <summary>Closes the database; the files stay.</summary>
    public void Dispose() => _connection.Dispose();

    private void View(string name, IEnumerable<string> files, string columns, string select, string filter = "")
    {
        var list = string.Join(", ", files.Select(file => $"'{file.Replace("'", "''", StringComparison.Ordinal)}'"));
        var source = list.Length > 0
            ? $"read_parquet([{list}], hive_partitioning = false)"
            : $"(SELECT {string.Join(", ", columns.Split(", ").Select(column => $"NULL::{column[(column.IndexOf(' ', StringComparison.Ordinal) + 1)..]} AS {column[..column.IndexOf(' ', StringComparison.Ordinal)]}"))} WHERE false)";
        Execute($"CREATE VIEW {name} AS SELECT {select} FROM {source} {filter}");
    }

    /// <summary>What the log of commits says of each finished unit: rows by reason, and by null for those that are stored.</summary>
    private void FillUnits(IEnumerable<FinishedUnit> units)
    {
        Execute("CREATE TABLE units (unit VARCHAR, reason VARCHAR, rows BIGINT)");
        using var appender = _connection.CreateAppender("units");
        foreach (var unit in units)
        {
            appender.CreateRow().AppendValue(unit.Unit).AppendNullValue().AppendValue(unit.Kept).EndRow();
            foreach (var (reason, rows) in unit.Reasons) appender.CreateRow().AppendValue(unit.Unit).AppendValue(reason.ToString()).AppendValue(rows).EndRow();
        }
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    // DuckDB.NET gives a BLOB as a stream over memory that is gone with the row.
    private static object Value(object value)
    {
        if (value is not Stream stream) return value;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
