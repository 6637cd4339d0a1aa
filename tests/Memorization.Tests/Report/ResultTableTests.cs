using DuckDB.NET.Data;
using Memorization.Report;
using Memorization.Tests.Analysis;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Report;

public sealed class ResultTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_table_of_an_analysis_is_the_same_in_both_formats_and_has_its_rows()
    {
        var rows = MadeCaptions.Rows(1);
        var analysis = await PlanarStore.AnalyzeAsync(rows, options => options with { Words = ["almond", "nowhere"], Without = ["van gogh", "sunflower"], TriggerRows = 4 });
        await AnalysisTables.WriteAsync(analysis, _folder.Path);

        foreach (var (table, count) in new Dictionary<string, int>
        {
            ["families"] = analysis.Families.Count,
            ["words"] = analysis.Families.Sum(family => family.Words.Count + family.Marks.Count),
            ["shares"] = 2,
            ["drop_effect"] = 2,
            ["triggers"] = analysis.Triggers.Count,
            ["sweep"] = analysis.Sweep.Count,
            ["second_opinion"] = 0,
        })
        {
            ShouldBeEqual(table, count);
        }

        Query($"SELECT rows, share, low, without FROM '{File("shares.parquet")}' WHERE words = 'nowhere'").ShouldBe(["0", "", "0", "van gogh | sunflower"]);
        Query($"SELECT typeof(family), typeof(rows), typeof(share), typeof(is_rooted) FROM '{File("families.parquet")}' LIMIT 1").ShouldBe(["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"]);
        Query($"SELECT max(z) = {analysis.Families.SelectMany(family => family.Words).Max(word => word.Z):R} FROM '{File("words.parquet")}' WHERE list = 'frequent'").ShouldBe(["True"]);
    }

    [Fact]
    public async Task Text_with_quotes_commas_lines_and_numbers_in_it_stays_what_it_is_and_every_digit_is_kept()
    {
        var table = new ResultTable("strange", [("text", ResultTable.Text), ("whole", ResultTable.Whole), ("real", ResultTable.Real), ("flag", ResultTable.Flag)],
        [
            ["a \"quoted\", 向日葵\n🌻", long.MaxValue, 0.1 + 0.2, true], ["0012", -1L, 1e-300, false], [null, null, null, null], ["1e5", 0L, Math.PI * 1e17, true],
        ]);
        await ResultTable.WriteAllAsync([table], _folder.Path);

        ShouldBeEqual("strange", 4);
        Query($"SELECT text, whole FROM '{File("strange.parquet")}' WHERE real = 0.30000000000000004::DOUBLE").ShouldBe(["a \"quoted\", 向日葵\n🌻", "9223372036854775807"]);
        Query($"SELECT text FROM '{File("strange.parquet")}' WHERE whole = -1 AND real = 1e-300").ShouldBe(["0012"]);
        Directory.GetFiles(_folder.Path).Length.ShouldBe(2);
    }

    private void ShouldBeEqual(string table, int rows)
    {
        var parquet = $"SELECT * FROM '{File($"{table}.parquet")}'";
        var csv = $"SELECT * FROM read_csv('{File($"{table}.csv")}', header = true, all_varchar = true)";
        Query($"SELECT count(*) FROM ({parquet})").ShouldBe([$"{rows}"], table);
        Query($"SELECT count(*) FROM ({csv})").ShouldBe([$"{rows}"], table);
        if (rows == 0) return;

        // What DuckDB reads of the CSV as text, in the Parquet file's types.
        var columns = Query($"SELECT string_agg(column_name || '::' || column_type || ' AS ' || column_name, ', ') FROM (DESCRIBE {parquet})")[0];
        var typed = $"SELECT {columns} FROM ({csv})";
        Query($"SELECT count(*) FROM (({typed}) EXCEPT ALL ({parquet}))").ShouldBe(["0"], table);
        Query($"SELECT count(*) FROM (({parquet}) EXCEPT ALL ({typed}))").ShouldBe(["0"], table);
    }

    private string File(string name) => _folder.File(name);

    // The cells of the first row.
    private static List<string> Query(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        reader.Read().ShouldBeTrue(sql);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture)!)];
    }
}
