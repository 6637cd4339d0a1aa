using Memorization.Store;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Store;

/// <summary>A file of the input is read whole again if there is a sign that it has changed, and only then.</summary>
public sealed class InputHashesTests : IDisposable
{
    private static readonly DateTime Written = new(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(Written.AddHours(1));
    private readonly byte[] _bytes = new byte[3_000_000];
    private int _reads;

    public InputHashesTests() => Write();

    private string Input => _folder.File("part-00000.parquet");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_that_has_not_changed_is_not_read_again()
    {
        (await AskAsync()).ShouldBe((UInt128)1);
        (await AskAsync()).ShouldBe((UInt128)1);
        (await AskAsync()).ShouldBe((UInt128)1);
        _reads.ShouldBe(1);
    }

    [Theory]
    [InlineData("it is longer")]
    [InlineData("it was written again")]
    [InlineData("its last byte is another")]
    [InlineData("it is another file")]
    public async Task A_file_of_which_anything_is_different_is_read(string what)
    {
        await AskAsync();
        if (what == "it is longer") File.AppendAllText(Input, "x");
        if (what == "its last byte is another") _bytes[^1] ^= 1;
        if (what != "it is longer") Write();
        if (what == "it was written again") File.SetLastWriteTimeUtc(Input, Written.AddTicks(1));
        if (what == "it is longer") File.SetLastWriteTimeUtc(Input, Written);
        var path = what == "it is another file" ? _folder.File("other.parquet") : Input;
        if (path != Input) File.Copy(Input, path);

        (await AskAsync(path)).ShouldBe((UInt128)2, what);
    }

    [Fact]
    public async Task What_was_written_within_the_last_two_seconds_may_change_unseen_and_is_read_again()
    {
        _time.AdjustTime(Written.AddSeconds(1.9));
        await AskAsync();
        (await AskAsync()).ShouldBe((UInt128)2);

        _time.AdjustTime(Written.AddSeconds(2.1));
        await AskAsync();
        (await AskAsync()).ShouldBe((UInt128)3);
    }

    [Fact]
    public async Task What_changed_while_it_was_read_is_read_again()
    {
        var hashes = await InputHashes.ReadAsync(_folder.Path, [Input], _time);
        hashes.Of(Input, () =>
        {
            File.AppendAllText(Input, "x");
            return 1;
        });
        await hashes.WriteAsync();
        (await AskAsync()).ShouldBe((UInt128)1);
        _reads.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("""[{ "path": "a", "content": "1" }, { "path": "a", "content": "1" }]""")]
    [InlineData("""[{ "path": null, "content": "1" }]""")]
    [InlineData("""[{ "path": "a", "content": "no hash" }]""")]
    public async Task Where_the_hashes_cannot_be_read_files_are(string json)
    {
        await AskAsync();
        await File.WriteAllTextAsync(_folder.File("inputs.json"), json, TestContext.Current.CancellationToken);
        (await AskAsync()).ShouldBe((UInt128)2);
        (await AskAsync()).ShouldBe((UInt128)2);
    }

    [Fact]
    public async Task A_file_that_a_stopped_run_did_not_come_to_is_remembered_and_one_that_has_left_the_input_is_not()
    {
        var (next, gone) = (_folder.File("part-00001.parquet"), _folder.File("part-00002.parquet"));
        foreach (var path in (string[])[next, gone]) File.Copy(Input, path);
        var all = await InputHashes.ReadAsync(_folder.Path, [Input, next, gone], _time);
        foreach (var path in (string[])[Input, next, gone]) all.Of(path, () => 7);
        await all.WriteAsync();

        var stopped = await InputHashes.ReadAsync(_folder.Path, [Input, next, "new"], _time);
        File.Copy(Input, _folder.File("new"));
        stopped.Of(_folder.File("new"), () => 8);
        await stopped.WriteAsync();

        var then = await InputHashes.ReadAsync(_folder.Path, [Input, next, gone], _time);
        ((string[])[Input, next, gone]).Select(path => then.Of(path, () => 9)).ShouldBe([7, 7, 9]);
    }

    private async Task<UInt128> AskAsync(string? path = null)
    {
        var hashes = await InputHashes.ReadAsync(_folder.Path, [Input, _folder.File("other.parquet")], _time);
        var hash = hashes.Of(path ?? Input, () => (UInt128)(++_reads));
        await hashes.WriteAsync();
        return hash;
    }

    private void Write()
    {
        File.WriteAllBytes(Input, _bytes);
        File.SetLastWriteTimeUtc(Input, Written);
    }
}
