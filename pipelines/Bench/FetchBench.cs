using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Memorization.Export;
using Memorization.Fetch;
using Memorization.Pipelines.Fetching;
using Memorization.Pipelines.Terminal;
using Memorization.Pipelines.Verbs;

namespace Memorization.Pipelines.Bench;

/// <summary>
/// URLs of a made web in another process, brought as <c>fetch --out</c> does: requested, retried, hashed, sniffed, the header read and the bytes written into shards.
/// Beside it a loop over HttpClient with as many at once, which drops what it gets and tries nothing twice.
/// </summary>
/// <remarks>The rate is that between a tenth and nine tenths of the URLs: without the start, and without the wait for the last slow host, which a long list makes up for.</remarks>
internal sealed class FetchBench(int urls, int hosts, int parallelism, int runs, string[] server)
{
    private const string Domain = "bench.test";
    private const double DeadlineSeconds = 10;

    public async Task<BenchResult> RunAsync(CancellationToken stop)
    {
        var folder = Directory.CreateTempSubdirectory("memorization-bench-");
        using var web = StartServer();
        try
        {
            var port = int.Parse(await web.StandardOutput.ReadLineAsync(stop) ?? throw new InvalidOperationException("the server did not start"), CultureInfo.InvariantCulture);
            return await RunAsync(folder.FullName, web, port, stop);
        }
        finally
        {
            web.StandardInput.Close();
            await web.WaitForExitAsync(CancellationToken.None);
            folder.Delete(recursive: true);
        }
    }

    private async Task<BenchResult> RunAsync(string folder, Process web, int port, CancellationToken stop)
    {
        var options = new FetchOptions
        {
            Parallelism = parallelism,
            AttemptDeadlineSeconds = DeadlineSeconds,
            Resolve = new Dictionary<string, string> { ["*." + Domain] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}") },
        };
        var (own, peer) = (new EndTimes(urls), new EndTimes(urls));
        FetchTotals? totals = null;
        var (round, got, ownCpu, webCpu) = (0, 0L, TimeSpan.Zero, TimeSpan.Zero);
        var whole = await new Contest(runs)
            .Add("fetch", async () =>
            {
                var path = Path.Combine(folder, (round++).ToString(CultureInfo.InvariantCulture));
                var (ownBefore, webBefore) = (Environment.CpuUsage.TotalTime, Cpu(web));
                using (var shards = new FetchedShards(path))
                    totals = await new FetchRun(options, shards, TimeProvider.System).ExecuteAsync(_ => Urls(), _ => own.Add(), CancellationToken.None, stop);
                (ownCpu, webCpu) = (Environment.CpuUsage.TotalTime - ownBefore, Cpu(web) - webBefore);
                own.EndRun(totals.Kept);
                Directory.Delete(path, recursive: true);
            })
            .Check(() => totals!.Read == urls && totals.Kept > 0)
            .Add("HttpClient loop, no retries, nothing kept", async () =>
            {
                got = await LoopAsync(port, peer, stop);
                peer.EndRun(got);
            })
            .RunAsync(stop);
        var (rates, peerRates) = (own.Rates(), peer.Rates());
        return new BenchResult
        {
            Bench = "fetch",
            Unit = "images/s",
            Median = rates.Median,
            Minimum = rates.Seconds[0],
            Maximum = rates.Seconds[^1],
            Runs = runs,
            Threads = Environment.ProcessorCount,
            Versions = Versions.All(),
            Peers = [new BenchPeer(whole[1].Name, peerRates.Median, rates.Median / peerRates.Median)],
            Details = new Dictionary<string, double>
            {
                ["urls"] = urls,
                ["hosts"] = hosts,
                ["parallelism"] = parallelism,
                ["kept"] = totals!.Kept,
                ["requests"] = totals.Requests,
                ["image_bytes"] = totals.Bytes,
                ["urls_per_second"] = rates.Median * urls / totals.Kept,
                ["seconds_of_whole_run"] = whole[0].Median,
                ["peer_kept"] = got,
                ["peer_seconds_of_whole_run"] = whole[1].Median,
                ["cpu_microseconds_per_url"] = ownCpu.TotalMicroseconds / urls,
                ["server_cpu_microseconds_per_url"] = webCpu.TotalMicroseconds / urls,
                ["peak_bytes"] = PeakMemory.Bytes(),
            },
        };
    }

    private static TimeSpan Cpu(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private async IAsyncEnumerable<string> Urls()
    {
        await Task.CompletedTask;
        for (var i = 0; i < urls; i++) yield return Url(i);
    }

    private string Url(int i) => string.Create(CultureInfo.InvariantCulture, $"http://host{i % hosts}.{Domain}/image/{i}.jpg");

    private async Task<long> LoopAsync(int port, EndTimes ends, CancellationToken stop)
    {
        var kept = 0L;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), token);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        using var client = new HttpClient(handler);
        await Parallel.ForAsync(0, urls, new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = stop }, async (i, token) =>
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
            deadline.CancelAfter(TimeSpan.FromSeconds(DeadlineSeconds));
            try
            {
                using var answer = await client.GetAsync(new Uri(Url(i)), deadline.Token);
                var bytes = await answer.Content.ReadAsByteArrayAsync(deadline.Token);
                if (answer.IsSuccessStatusCode && bytes.Length > 0 && bytes[0] != '<') Interlocked.Increment(ref kept);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !token.IsCancellationRequested))
            {
                // A failure is an answer, too.
            }

            ends.Add();
        });
        return kept;
    }

    private Process StartServer()
    {
        var command = OwnProgram.Command(BenchServerVerb.Name);
        return Process.Start(new ProcessStartInfo(command[0], [.. command.Skip(1), .. server]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }
}
