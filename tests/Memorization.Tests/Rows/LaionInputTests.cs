using Memorization.Rows;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Rows;

public sealed class LaionInputTests : IDisposable
{
    private readonly ParquetFixture _files = new();

    public LaionInputTests()
    {
        foreach (var name in new[] { "b.parquet", "a.parquet", "a.csv", ".a.parquet", "x/c.parquet", "x/y/d.parquet", "x/.z/e.parquet", "xx/f.parquet" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_files.Path(name))!);
            _files.Bytes(name, []);
        }
    }

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("a.parquet", "a.parquet")]
    [InlineData("*.parquet", "a.parquet b.parquet")]
    [InlineData("./x/../*.parquet", "a.parquet b.parquet")]
    [InlineData(".*.parquet", ".a.parquet")]
    [InlineData("x*/*.parquet", "x/c.parquet xx/f.parquet")]
    [InlineData("**/*.parquet", "a.parquet b.parquet x/c.parquet x/y/d.parquet xx/f.parquet")]
    [InlineData("x/**", "x/c.parquet x/y/d.parquet")]
    [InlineData("**/y/*", "x/y/d.parquet")]
    public void Patterns_match_as_in_a_shell(string pattern, string expected) => Names([pattern]).ShouldBe(expected.Split(' '));

    [Fact]
    public void The_files_are_sorted_and_each_is_there_once() =>
        Names(["x/**/*.parquet", "b.parquet", "*.parquet", _files.Path("a.parquet")])
            .ShouldBe(["a.parquet", "b.parquet", "x/c.parquet", "x/y/d.parquet"]);

    [Fact]
    public void A_link_to_a_folder_above_does_not_make_the_search_endless()
    {
        Directory.CreateSymbolicLink(_files.Path("x/up"), _files.Folder);

        Names(["x/**/*.parquet"]).ShouldBe(["x/c.parquet", "x/y/d.parquet"]);
    }

    [Fact]
    public void What_names_nothing_is_an_error_with_its_place_and_the_fix()
    {
        Refused("c.parquet").ShouldBe($"input: there is no file {_files.Path("c.parquet")}; relative paths start from {_files.Folder}");
        Refused("z/*.parquet").ShouldBe($"input: no file matches {_files.Path("z/*.parquet")}; relative patterns start from {_files.Folder}");
        Refused("x").ShouldBe($"input: {_files.Path("x")} is a folder; name the files in it, as in x/*.parquet");
        Refused(" ").ShouldBe("input has an empty entry; remove it or name a Parquet file");
        Refused().ShouldBe("input lists no files; name at least one Parquet file or pattern");
    }

    private string[] Names(string[] input) =>
        [.. LaionInput.Files(input, _files.Folder).Select(path => Path.GetRelativePath(_files.Folder, path).Replace('\\', '/'))];

    private string Refused(params string[] input) => Should.Throw<InputException>(() => LaionInput.Files(input, _files.Folder)).Message;
}
