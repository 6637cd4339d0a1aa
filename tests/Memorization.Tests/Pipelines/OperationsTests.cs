using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Pipelines;

/// <summary>What shows that a run goes well or badly: the page of metrics, the alarm, the hosts of a reason.</summary>
[Collection(Alone.Name)]
public sealed class OperationsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_page_of_metrics_can_be_read_while_a_run_lasts_and_its_last_numbers_are_those_of_the_run()
    {
        using var demo = Program.Start("demo", "--serve-only", "--rows", "1000", "--out", _folder.File("world"), "--json");
        try
        {
            await demo.StandardOutput.ReadLineAsync(_stop);
            var port = FreePort();
            using var client = new HttpClient();
            using var run = Program.Start("run", _folder.File("world", "study.json"), "--quiet", "--json", "--metrics-port", $"{port}");
            var output = run.StandardOutput.ReadToEndAsync(_stop);
            List<string> pages = [];
            while (!run.HasExited)
            {
                try
                {
                    pages.Add(await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"), _stop));
                }
                catch (HttpRequestException)
                {
                    // Not yet, or no more.
                }

                await Task.Delay(20, _stop);
            }

            var result = JsonDocument.Parse(await output).RootElement;
            run.ExitCode.ShouldBe(0);
            var last = Samples(pages[^1]);
            Sum(last, "memorization_rows_ended_total").ShouldBe(result.GetProperty("rows_read").GetInt64());
            last["memorization_rows_ended_total{stage=\"Store\",reason=\"kept\"}"].ShouldBe(result.GetProperty("rows_stored").GetInt64());
            foreach (var (reason, stage) in new[] { ("NotFound", "Fetch"), ("NoKeyword", "Scan"), ("TruncatedImage", "Decode") })
                last[$"memorization_rows_ended_total{{stage=\"{stage}\",reason=\"{reason}\"}}"].ShouldBe(result.GetProperty("reasons").GetProperty(reason).GetInt64());
            last["memorization_fetch_requests_total"].ShouldBe(result.GetProperty("requests").GetInt64());
            last["memorization_embedded_images_total"].ShouldBe(result.GetProperty("embedded").GetInt64());
            last["memorization_fetch_received_bytes_total"].ShouldBeGreaterThan(1_000_000);
            last["memorization_store_commits_total"].ShouldBeGreaterThan(0);
            Sum(last, "memorization_rows_working").ShouldBe(0);
            pages.ShouldContain(page => Sum(Samples(page), "memorization_rows_working") > 0, "no page was read while rows were under way");
        }
        finally
        {
            demo.Kill();
            await demo.WaitForExitAsync(_stop);
        }
    }

    [Fact]
    public async Task A_run_without_a_network_raises_an_alarm_in_its_log_and_in_status_and_hosts_are_listed_by_reason()
    {
        using (var demo = Program.Start("demo", "--serve-only", "--rows", "1000", "--out", _folder.File("world"), "--json"))
        {
            await demo.StandardOutput.ReadLineAsync(_stop);
            demo.Kill();
            await demo.WaitForExitAsync(_stop);
        }

        var study = _folder.File("world", "study.json");
        var run = await Program.RunAsync("run", study, "--json", "--set", "fetch.backoffSeconds=0", "--set", "fetch.maxAttempts=1", "--set", "fetch.circuitFailures=0");

        run.ExitCode.ShouldBe(0, run.Error);
        run.Error.ShouldContain("requested rows ended with ConnectionFailed");
        run.Json().GetProperty("alarm").GetProperty("reason").GetString().ShouldBe("ConnectionFailed");
        var status = await Program.RunAsync("status", study, "--reason", "ConnectionFailed", "--hosts", "3");
        status.Output.ShouldContain("ALARM");
        status.Output.ShouldContain(".demo.test");
        (await Program.RunAsync("status", study, "--reason", "Gone", "--json")).Json().GetProperty("hosts").GetArrayLength().ShouldBe(0);
        var hosts = (await Program.RunAsync("status", study, "--reason", "ConnectionFailed", "--json")).Json().GetProperty("hosts");
        hosts.GetArrayLength().ShouldBe(20);
        foreach (var host in hosts.EnumerateArray())
            host.GetProperty("reasons").GetProperty("ConnectionFailed").GetInt64().ShouldBe(host.GetProperty("failed").GetInt64());
        (await Program.RunAsync("status", study, "--reason", "Nonsense")).UserError().ShouldContain("Nonsense");
    }

    private static Dictionary<string, double> Samples(string page) => page.Split('\n').Where(line => line.Length > 0 && line[0] != '#')
        .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    private static double Sum(Dictionary<string, double> samples, string metric) =>
        samples.Where(sample => sample.Key.StartsWith(metric + "{", StringComparison.Ordinal)).Sum(sample => sample.Value);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
