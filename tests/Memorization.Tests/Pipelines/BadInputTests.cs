using ParquetSharp;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>Wrong input: exit 1 and one line that says what, where, and the fix.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_missing_file_is_named_with_the_folder_that_paths_start_from() =>
        (await StudyAsync("""{ "input": ["none.parquet"] }""")).ShouldBe($"error: input: there is no file {_folder.File("none.parquet")}; relative paths start from {_folder.Path}");

    [Fact]
    public async Task A_file_that_is_not_parquet_is_named()
    {
        File.WriteAllText(_folder.File("text.parquet"), "certainly not Parquet");

        (await StudyAsync("""{ "input": ["text.parquet"] }""")).ShouldStartWith($"error: no input could be read; the first error: cannot read {_folder.File("text.parquet")}: ");
    }

    [Fact]
    public async Task A_file_without_a_url_column_is_told_what_it_has()
    {
        Write("no-url.parquet", "LINK", "TEXT");

        (await StudyAsync("""{ "input": ["no-url.parquet"] }""")).ShouldSatisfyAllConditions(
            line => line.ShouldContain("no-url.parquet"), line => line.ShouldContain("no URL column"), line => line.ShouldContain("LINK, TEXT"));
    }

    [Fact]
    public async Task An_unknown_key_names_the_nearest() =>
        (await StudyAsync("""{ "inputs": [] }""")).ShouldBe($"error: {_folder.File("study.json")}: unknown key inputs; the nearest is input");

    [Fact]
    public async Task A_threshold_of_one_and_a_half_is_refused_with_its_range() =>
        (await StudyAsync("""{ "cluster": { "threshold": 1.5 } }""")).ShouldBe($"error: {_folder.File("study.json")}: cluster.threshold is 1.5; it must be above 0 and at most 1");

    [Fact]
    public async Task A_store_that_cannot_be_written_is_named_with_its_key()
    {
        Write("rows.parquet", "URL", "TEXT");
        File.WriteAllText(_folder.File("a-file"), "");

        (await StudyAsync("""{ "input": ["rows.parquet"], "store": { "path": "a-file/store" } }""")).ShouldSatisfyAllConditions(
            line => line.ShouldStartWith($"error: cannot write the store {_folder.File("a-file", "store")}"), line => line.ShouldEndWith("store.path"));
    }

    [Fact]
    public async Task A_missing_model_a_keyword_without_words_and_a_bad_resolve_are_named()
    {
        Write("rows.parquet", "URL", "TEXT");

        (await StudyAsync("""{ "input": ["rows.parquet"], "model": { "path": "none.onnx" } }""")).ShouldContain(_folder.File("none.onnx"));
        (await StudyAsync("""{ "input": ["rows.parquet"], "keywords": ["!!"] }""")).ShouldStartWith("error: keywords: ");
        (await StudyAsync("""{ "input": ["rows.parquet"], "fetch": { "resolve": { "host.test": "nowhere" } } }""")).ShouldStartWith("error: fetch.resolve: ");
    }

    [Fact]
    public async Task An_unknown_verb_is_named() =>
        (await Program.RunAsync("frobnicate")).UserError().ShouldStartWith("error: 'frobnicate' is not a verb or option here.");

    [Fact]
    public async Task A_missing_study_is_named() =>
        (await Program.RunAsync("run", _folder.File("none.json"))).UserError().ShouldStartWith($"error: there is no study {_folder.File("none.json")}");

    [Fact]
    public async Task A_query_that_does_not_run_says_what_DuckDB_says_and_a_store_without_a_run_says_so()
    {
        File.WriteAllText(_folder.File("study.json"), "{}");

        (await Program.RunAsync("query", _folder.File("study.json"), "SELECT 1")).UserError().ShouldContain("there is no finished run");
    }

    [Fact]
    public async Task One_broken_file_among_good_ones_does_not_end_the_run_and_exits_2()
    {
        Write("good.parquet", "URL", "TEXT");
        File.WriteAllText(_folder.File("bad.parquet"), "PAR1 but not for long PAR1");
        File.WriteAllText(_folder.File("study.json"), """{ "input": ["*.parquet"], "keywords": ["absent"] }""");

        var result = await Program.RunAsync("run", _folder.File("study.json"), "--json", "--quiet");

        result.ExitCode.ShouldBe(2);
        result.Json().GetProperty("rows_read").GetInt64().ShouldBe(2);
        result.Json().GetProperty("reasons").GetProperty("NoKeyword").GetInt64().ShouldBe(2);
        result.Error.ShouldContain($"cannot read {_folder.File("bad.parquet")}");
    }

    private async Task<string> StudyAsync(string json)
    {
        File.WriteAllText(_folder.File("study.json"), json);
        return (await Program.RunAsync("run", _folder.File("study.json"), "--quiet")).UserError();
    }

    private void Write(string name, params string[] columns)
    {
        using var file = new ParquetFileWriter(_folder.File(name), [.. columns.Select(column => new Column<string?>(column))]);
        using var group = file.AppendRowGroup();
        foreach (var _ in columns)
        {
            using var writer = group.NextColumn().LogicalWriter<string?>();
            writer.WriteBatch(["one", "two"]);
        }

        file.Close();
    }
}
