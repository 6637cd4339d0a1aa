using System.Diagnostics;
using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Text.Json;
using Memorization.Tests.Fetch;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>memorization fetch, through the built program, against a server that does what the path says.</summary>
public sealed class FetchVerbTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;
    private readonly RawServer _server = new(exchange => exchange.Path switch
    {
        var path when path.EndsWith(".jpg", StringComparison.Ordinal) => exchange.OkAsync(Fetching.Jpeg),
        "/html" => exchange.OkAsync("<!DOCTYPE html>"u8.ToArray(), "Content-Type: text/html\r\n"),
        "/silence" => exchange.SilenceAsync(),
        _ => exchange.SendAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
    });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_line_has_one_answer_and_the_summary_adds_up()
    {
        var result = await FetchAsync(["http://a.img.test/1.jpg", "http://b.img.test/missing", "", "ftp://a.img.test/x", "http://b.img.test/html", "http://a.img.test/1.jpg", "http://10.0.0.1/x"], "--json");

        result.ExitCode.ShouldBe(0, result.Error);
        var lines = Lines(result.Output);
        lines.Select(line => line.GetProperty("line").GetInt64()).Order().ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        lines.OrderBy(line => line.GetProperty("line").GetInt64()).Select(line => line.GetProperty("reason").GetString())
            .ShouldBe([null, "NotFound", "MissingUrl", "UnsupportedScheme", "NotAnImage", null, "PrivateHost"]);
        var kept = lines.First(line => line.GetProperty("line").GetInt64() == 1);
        kept.GetProperty("outcome").GetString().ShouldBe("kept");
        kept.GetProperty("url").GetString().ShouldBe("http://a.img.test/1.jpg");
        kept.GetProperty("status").GetInt32().ShouldBe(200);
        kept.GetProperty("bytes").GetInt32().ShouldBe(Fetching.Jpeg.Length);
        kept.GetProperty("sha256").GetString().ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Fetching.Jpeg)));
        kept.GetProperty("media_type").GetString().ShouldBe("image/jpeg");
        kept.GetProperty("attempts").GetInt32().ShouldBe(1);
        result.Error.ShouldContain("7 lines read: 2 kept, 5 rejected; 6 requests"); // two of them for robots.txt
        result.Error.ShouldContain("1  NotFound: HTTP 404");
    }

    [Fact]
    public async Task Images_lie_in_shards_as_they_were_received()
    {
        var result = await FetchAsync([.. Enumerable.Range(0, 20).Select(i => $"http://h{i}.img.test/{i}.jpg"), "http://a.img.test/missing"], "--json", "--quiet", "--out", _folder.File("images"));

        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        var members = new Dictionary<string, byte[]>();
        await using var file = File.OpenRead(Directory.EnumerateFiles(_folder.File("images")).ShouldHaveSingleItem());
        await using var tar = new TarReader(file);
        while (await tar.GetNextEntryAsync(copyData: true, _stop) is { } entry)
        {
            using var bytes = new MemoryStream();
            await entry.DataStream!.CopyToAsync(bytes, _stop);
            members.Add(entry.Name, bytes.ToArray());
        }

        members.Count.ShouldBe(40);
        foreach (var line in Lines(result.Output).Where(line => line.GetProperty("outcome").GetString() == "kept"))
        {
            var key = line.GetProperty("key").GetString()!;
            members[key + ".jpg"].ShouldBe(Fetching.Jpeg);
            JsonDocument.Parse(members[key + ".json"]).RootElement.GetProperty("url").GetString().ShouldBe(line.GetProperty("url").GetString());
        }
    }

    [Fact]
    public async Task Lines_of_a_pipe_are_answered_while_it_is_open_and_a_line_that_never_ends_is_one_bad_URL()
    {
        using var process = Program.Start(["fetch", "-", "--format", "csv", "--quiet", .. Settings()]);
        (await process.StandardOutput.ReadLineAsync(_stop)).ShouldBe("line,url,outcome,reason,status,bytes,sha256,media_type,attempts,milliseconds,detail,key");
        await process.StandardInput.WriteAsync("http://a.img.test/1.jpg\r\n");
        await process.StandardInput.FlushAsync(_stop);
        (await process.StandardOutput.ReadLineAsync(_stop)).ShouldNotBeNull().ShouldStartWith("1,http://a.img.test/1.jpg,kept,,200,2004,");

        await process.StandardInput.WriteAsync(new string('x', 3_000_000));
        process.StandardInput.Close();
        var last = await process.StandardOutput.ReadLineAsync(_stop);

        last.ShouldNotBeNull().ShouldContain(",rejected,InvalidUrl,");
        last.Length.ShouldBeLessThan(20_000);
        await process.WaitForExitAsync(_stop);
        process.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_table_shows_no_control_character_of_the_list()
    {
        var result = await FetchAsync(["http://a.img.test/\u001b[31mred"], "--quiet");

        result.Output.ShouldNotContain('\u001b');
        result.Output.ShouldContain("NotFound");
    }

    [Fact]
    public async Task A_missing_list_a_used_folder_a_wrong_option_and_a_port_in_use_are_refused_in_one_line()
    {
        Directory.CreateDirectory(_folder.File("used"));
        File.WriteAllText(_folder.File("used", "00000.tar"), "");
        File.WriteAllText(_folder.File("list"), "");

        (await Program.RunAsync("fetch", _folder.File("none"))).UserError().ShouldStartWith($"error: there is no file {_folder.File("none")}");
        (await Program.RunAsync("fetch", _folder.File("list"), "--out", _folder.File("used"))).UserError().ShouldEndWith("has 00000.tar of an earlier fetch; name a new folder");
        (await Program.RunAsync("fetch", _folder.File("list"), "--set", "fetch.maxAttempts=0")).UserError().ShouldBe("error: --set: fetch.maxAttempts is 0; it must be 1 to 20");
        (await Program.RunAsync("fetch", _folder.File("list"), "--metrics-port", $"{_server.EndPoint.Port}")).UserError().ShouldStartWith($"error: --metrics-port {_server.EndPoint.Port}: cannot listen");
    }

    [Fact]
    public async Task The_second_interrupt_stops_at_once_with_130_and_the_watchdog_has_named_the_row_that_hangs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals");
        File.WriteAllLines(_folder.File("list"), ["http://a.img.test/1.jpg", "http://a.img.test/silence"]);
        using var process = Program.Start(["fetch", _folder.File("list"), "--out", _folder.File("images"), "--stall-minutes", "0.02", .. Settings()]);

        // On a busy machine a first warning may come while both rows are under way.
        var warning = await UntilAsync(process, "rows held: Fetch 1; the oldest, http://a.img.test/silence of a.img.test, is in Fetch for");
        warning.ShouldContain("no row has ended for");

        Kill(process.Id, 2).ShouldBe(0);
        await UntilAsync(process, "once more to stop at once");
        Kill(process.Id, 2).ShouldBe(0);

        await process.WaitForExitAsync(_stop).WaitAsync(TimeSpan.FromMinutes(1), _stop);
        process.ExitCode.ShouldBe(130);
        File.Exists(_folder.File("images", "00000.tar")).ShouldBeTrue();
    }

    private async Task<string> UntilAsync(Process process, string text)
    {
        while (await process.StandardError.ReadLineAsync(_stop) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return line;
        }

        throw new ShouldAssertException($"standard error ended without \"{text}\"");
    }

    private Task<Program.Result> FetchAsync(string[] urls, params string[] options)
    {
        File.WriteAllLines(_folder.File("list.txt"), urls);
        return Program.RunAsync(["fetch", _folder.File("list.txt"), .. Settings(), .. options]);
    }

    private string[] Settings() => ["--set", $"fetch.resolve.*.img.test={_server.EndPoint}", "--set", "fetch.backoffSeconds=0.001"];

    private static List<JsonElement> Lines(string output) => [.. output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
