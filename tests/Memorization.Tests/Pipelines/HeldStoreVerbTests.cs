using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Memorization.Store;
using ParquetSharp;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>Two runs of one study, a store that is taken away and one that cannot be written, through the built program.</summary>
/// <remarks>The study has one row, whose host takes the connection and says nothing until the test closes it: so long the run holds the store.</remarks>
public sealed class HeldStoreVerbTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();
    private readonly TcpListener _host = new(IPAddress.Loopback, 0);
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    public HeldStoreVerbTests()
    {
        _host.Start();
        using var file = new ParquetFileWriter(_folder.File("rows.parquet"), [new Column<string?>("URL"), new Column<string?>("TEXT")]);
        using (var group = file.AppendRowGroup())
        {
            foreach (var value in (string[])["http://host.test/1.jpg", "starry night by van gogh"])
            {
                using var writer = group.NextColumn().LogicalWriter<string?>();
                writer.WriteBatch([value]);
            }
        }

        file.Close();
        File.WriteAllText(_folder.File("study.json"), new JsonObject
        {
            ["input"] = new JsonArray("rows.parquet"),
            ["fetch"] = new JsonObject { ["maxAttempts"] = 1, ["resolve"] = new JsonObject { ["host.test"] = _host.LocalEndpoint.ToString() } },
        }.ToJsonString());
    }

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Of_two_runs_of_one_study_one_works_and_the_other_exits_1_and_says_who_does()
    {
        using var first = Start();
        using (await _host.AcceptTcpClientAsync(_stop))
        {
            (await Program.RunAsync("run", _folder.File("study.json"), "--quiet")).UserError()
                .ShouldStartWith($"error: the store {_folder.File("store")} is held by process {first.Id} on {Environment.MachineName} since ");
        }

        await first.WaitForExitAsync(_stop).WaitAsync(Patience, _stop);
        first.ExitCode.ShouldBe(0);
        (await Program.RunAsync("query", _folder.File("study.json"), "SELECT outcome FROM images", "--format", "csv")).Output.ShouldContain("rejected");
        (await Program.RunAsync("run", _folder.File("study.json"), "--quiet")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_run_whose_store_was_taken_over_exits_2_with_one_line_and_has_committed_nothing_more()
    {
        using var run = Start();
        using (await _host.AcceptTcpClientAsync(_stop))
        {
            var path = _folder.File("store", StoreLock.OwnerFile);
            var owner = JsonNode.Parse(await File.ReadAllTextAsync(path, _stop))!;
            (owner["host"], owner["token"]) = ("elsewhere", "another");
            await File.WriteAllTextAsync(path, owner.ToJsonString(), _stop);
        }

        var error = await run.StandardError.ReadToEndAsync(_stop);
        await run.WaitForExitAsync(_stop).WaitAsync(Patience, _stop);
        run.ExitCode.ShouldBe(2, error);
        error.TrimEnd().Split('\n').ShouldHaveSingleItem().ShouldStartWith($"failed: the store is now held by process {run.Id} on elsewhere since ");
        var latest = await Program.RunAsync("query", _folder.File("study.json"), "SELECT count(*) AS n FROM rows", "--latest", "--format", "json");
        latest.Output.ShouldContain("\"n\": 0");
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_is_refused_in_one_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a folder that nobody can write, not even root: Linux has /proc");

        (await Program.RunAsync("run", _folder.File("study.json"), "--quiet", "--set", "store.path=/proc/store")).UserError().ShouldStartWith("error: cannot write the store /proc/store: ");
    }

    private Process Start() => Program.Start("run", _folder.File("study.json"), "--quiet");
}
