using System.Globalization;
using DuckDB.NET.Data;
using Memorization.Pipelines.Bench;
using Memorization.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

public sealed class ClusterTilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Any_cut_in_any_order_gives_the_bytes_of_one_piece_and_of_cluster(int seed)
    {
        var random = new Random(seed);
        var vectors = Written("vectors.npy", MadeVectors.Make(3000, 64, seed)); // six tiles; fifty rows are copies of one
        var clustered = await Done("cluster", "--vectors", vectors, "--out", _folder.File("cluster.npy"), "--json");
        await Tiles(vectors, "one", 0, 1, 1);

        var of = random.Next(2, 12);
        List<string> files = [await Tiles(vectors, "again", 0, 1, of)];
        for (int first = 0, end; first < of; first = end)
        {
            end = random.Next(first, of) + 1;
            files.Add(await Tiles(vectors, $"{first}", first, end, of, "--threads", $"{random.Next(1, 4)}"));
        }

        var merged = await Done(["cluster-merge", "--vectors", vectors, .. files.OrderBy(_ => random.Next()), "--out", _folder.File("merged.npy"), "--forest", _folder.File("merged"), "--json"]);
        merged.Output.ShouldBe(clustered.Output);
        Bytes("merged.npy").ShouldBe(Bytes("cluster.npy"));
        Bytes("merged").ShouldBe(Bytes("one"));

        await Done("cluster-merge", "--vectors", vectors, files[0], _folder.File("merged"), "--out", _folder.File("on.npy"), "--forest", _folder.File("on"));
        Bytes("on.npy").ShouldBe(Bytes("cluster.npy"));
        Bytes("on").ShouldBe(Bytes("one"));
    }

    [Fact]
    public async Task A_forest_file_is_a_table_that_says_what_it_is_of()
    {
        var vectors = Few();
        await Tiles(vectors, "one", 0, 1, 1, "--threshold", "0.4");
        await using var database = new DuckDBConnection("DataSource=:memory:");
        database.Open();
        // Rows 0 and 3 are as near to row 1: the bits of the vectors decide, whatever the order of the rows.
        Query($"SELECT a, b, similarity FROM read_parquet('{_folder.File("one")}')").ShouldBe("0 2 1; 0 3 1; 1 3 0.5");
        Query($"""
            SELECT said->>'rows', said->>'width', said->>'threshold', said->>'first', said->>'end', said->>'of', length(said->>'vectors')
            FROM (SELECT decode(value)::JSON AS said FROM parquet_kv_metadata('{_folder.File("one")}') WHERE decode(key) = '{ForestFile.Key}')
            """).ShouldBe("4 2 0.4 0 1 1 64");

        string Query(string sql)
        {
            using var command = database.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            List<string> rows = [];
            for (var values = new object[reader.FieldCount]; reader.Read() && reader.GetValues(values) > 0;)
                rows.Add(string.Join(' ', values.Select(value => value is double number ? $"{Math.Round(number, 2)}" : Convert.ToString(value, CultureInfo.InvariantCulture))));
            return string.Join("; ", rows);
        }
    }

    [Fact]
    public async Task More_pieces_than_tiles_and_no_vectors_at_all_merge_too()
    {
        var few = Few();
        string[] files = [await Tiles(few, "a", 0, 2, 5), await Tiles(few, "b", 2, 5, 5)];
        var merged = await Done(["cluster-merge", "--vectors", few, .. files, "--json"]);
        merged.Output.ShouldBe((await Done("cluster", "--vectors", few, "--json")).Output);
        merged.Json().GetProperty("largest").GetInt32().ShouldBe(3);

        var none = Written("none.npy", []);
        files = [await Tiles(none, "c", 0, 1, 2), await Tiles(none, "d", 1, 2, 2)];
        (await Done(["cluster-merge", "--vectors", none, .. files, "--json"])).Json().GetProperty("vectors").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Files_that_do_not_fit_together_are_refused()
    {
        var vectors = Few();
        string first = await Tiles(vectors, "first", 0, 3, 8), second = await Tiles(vectors, "second", 4, 7, 8), half = await Tiles(vectors, "half", 1, 2, 2);
        (await Refused(vectors, first, second)).ShouldEndWith("pieces 3, 7 of 8 are missing");
        (await Refused(vectors, second, await Tiles(vectors, "third", 0, 4, 8))).ShouldEndWith("piece 7 of 8 is missing");
        (await Refused(vectors, await Tiles(vectors, "tiny", 5, 6, 100))).ShouldEndWith("pieces 0, 1, 2, 3, 4, 6, 7, 8, 9, 10 and 89 more of 100 are missing");
        (await Refused(vectors, first, half)).ShouldContain($"{first} has pieces of 8, {half} pieces of 2");
        (await Refused(vectors, first, "--threshold", "0.9")).ShouldContain($"{first} has links from 0.94 on; --threshold is 0.9");

        var other = Written("other.npy", [[(Half)1, (Half)0], [(Half)0, (Half)1]]);
        (await Refused(other, first)).ShouldContain($"{first} has links of other vectors than those in {other}");
    }

    [Fact]
    public async Task Files_that_are_no_forests_are_refused()
    {
        var vectors = Few();
        var whole = await Tiles(vectors, "whole", 0, 1, 1);
        var cut = _folder.File("cut");
        File.WriteAllBytes(cut, Bytes("whole")[..^20]);
        (await Refused(vectors, cut)).ShouldContain($"{cut} is not a whole forest file");
        (await Refused(vectors, vectors)).ShouldContain($"{vectors} is not a whole forest file");
        (await Refused(vectors, _folder.File("none"))).ShouldContain(_folder.File("none"));

        var (part, links) = await ForestFile.ReadAsync(whole);
        await ForestFile.WriteAsync(cut, part, [new RowLink { A = 0, B = 4, Similarity = 1 }]);
        (await Refused(vectors, cut)).ShouldContain($"{cut} is not a forest file");
        await ForestFile.WriteAsync(cut, part with { Tile = 512 }, links);
        (await Refused(vectors, cut)).ShouldContain($"{cut} is not a forest file");
    }

    [Theory]
    [InlineData("3..1", "8")]
    [InlineData("3..3", "8")]
    [InlineData("0..9", "8")]
    [InlineData("x", "8")]
    [InlineData("0..99999999999", "8")]
    public async Task A_range_that_is_none_is_one_line(string range, string of) =>
        (await Program.RunAsync("cluster-tiles", "--vectors", "none.npy", "--range", range, "--of", of, "--out", _folder.File("out"))).UserError()
            .ShouldContain($"--range is {range}; it must be I..J, the pieces from I up to but not including J, with 0 ≤ I < J ≤ {of}");

    [Fact]
    public async Task What_cluster_tiles_cannot_do_without_is_one_line()
    {
        (await Program.RunAsync("cluster-tiles", "--vectors", Few(), "--range", "0..1", "--out", _folder.File("out"))).UserError().ShouldContain("--of");
        (await Program.RunAsync("cluster-tiles", "--vectors", Few(), "--range", "0..1", "--of", "0", "--out", _folder.File("out"))).UserError().ShouldContain("--of is 0");
        var wrong = Written("wrong.npy", [[(Half)1, (Half)0], [(Half)0, Half.NaN]]);
        (await Program.RunAsync("cluster-tiles", "--vectors", wrong, "--range", "0..1", "--of", "2", "--out", _folder.File("out"))).UserError().ShouldContain("row 1 cannot be compared");
        File.Exists(_folder.File("out")).ShouldBeFalse();
        var below = Path.Combine(Few(), "out");
        (await Program.RunAsync("cluster-tiles", "--vectors", Few(), "--range", "0..1", "--of", "2", "--out", below)).UserError().ShouldContain($"cannot write {below}");
    }

    private async Task<string> Tiles(string vectors, string name, int first, int end, int of, params string[] more)
    {
        await Done(["cluster-tiles", "--vectors", vectors, "--range", $"{first}..{end}", "--of", $"{of}", "--out", _folder.File(name), .. more]);
        return _folder.File(name);
    }

    private static async Task<string> Refused(string vectors, params string[] files) => (await Program.RunAsync(["cluster-merge", "--vectors", vectors, .. files])).UserError();

    private static async Task<Program.Result> Done(params string[] arguments)
    {
        var run = await Program.RunAsync(arguments);
        run.ExitCode.ShouldBe(0, run.Error);
        return run;
    }

    private byte[] Bytes(string name) => File.ReadAllBytes(_folder.File(name));

    // Two copies, one of half their length, and one at 60 degrees to them.
    private string Few() => Written("few.npy", [[(Half)1, (Half)0], [(Half)0.5, (Half)0.866], [(Half)1, (Half)0], [(Half)0.5, (Half)0]]);

    private string Written(string name, Half[][] vectors)
    {
        using var file = new NpyWriter<Half>(_folder.File(name), vectors.Length > 0 ? vectors[0].Length : 3);
        foreach (var values in vectors) file.Write(values);
        return _folder.File(name);
    }
}
