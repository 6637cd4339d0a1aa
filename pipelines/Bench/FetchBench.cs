using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Memorization.Export;
using Memorization.Fetch;
using Memorization.Pipelines.Fetching;
using Memorization.Pipelines.Verbs;

namespace Memorization.Pipelines.Bench;

/// <summary>
/// URLs of a made web in another process, brought as <c>fetch --out</c> does: requested, retried, hashed, sniffed, the header read and the bytes written into shards.
/// Beside it a loop over HttpClient with as many at once, which drops what it gets and tries nothing twice.
/// </summary>
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
        FetchTotals? totals = null;
        List<double> sustained = [];
        var (round, ownCpu, webCpu) = (0, TimeSpan.Zero, TimeSpan.Zero);
        long got = 0;
        var times = await new Contest(runs)
            .Add("fetch", async () =>
            {
                var path = Path.Combine(folder, (round++).ToString(CultureInfo.InvariantCulture));
                var (ownBefore, webBefore) = (Environment.CpuUsage.TotalTime, web.TotalProcessorTime);
                var progress = new List<long>(urls);
                using (var shards = new FetchedShards(path))
                    totals = await new FetchRun(options, shards, TimeProvider.System).ExecuteAsync(_ => Urls(), _ => progress.Add(Stopwatch.GetTimestamp()), CancellationToken.None, stop);
                web.Refresh();
                (ownCpu, webCpu) = (Environment.CpuUsage.TotalTime - ownBefore, web.TotalProcessorTime - webBefore);
                Directory.Delete(path, recursive: true);
                // From a tenth to nine tenths of the lines: neither the start nor the wait for the last slow host.
                sustained.Add(0.8 * totals.Kept / Stopwatch.GetElapsedTime(progress[urls / 10], progress[urls - urls / 10 - 1]).TotalSeconds);
            })
            .Check(() => totals!.Read == urls && totals.Kept > 0)
            .Add("HttpClient loop, no retries, nothing kept", async () => got = await LoopAsync(port, stop))
            .RunAsync(stop);
        sustained.RemoveAt(0);
        var fetch = times[0];
        return new BenchResult
        {
            Bench = "fetch",
            Unit = "images/s",
            Median = totals!.Kept / fetch.Median,
            Minimum = totals.Kept / fetch.Seconds[^1],
            Maximum = totals.Kept / fetch.Seconds[0],
            Runs = runs,
            Threads = Environment.ProcessorCount,
            Versions = Versions.All(),
            Peers = [new BenchPeer(times[1].Name, got / times[1].Median, totals.Kept / fetch.Median / (got / times[1].Median))],
            Details = new Dictionary<string, double>
            {
                ["urls"] = urls,
                ["hosts"] = hosts,
                ["parallelism"] = parallelism,
                ["kept"] = totals.Kept,
                ["requests"] = totals.Requests,
                ["image_bytes"] = totals.Bytes,
                ["images_per_second_sustained"] = sustained.Order().ElementAt(sustained.Count / 2),
                ["urls_per_second"] = urls / fetch.Median,
                ["peer_kept"] = got,
                ["cpu_microseconds_per_url"] = ownCpu.TotalMicroseconds / urls,
                ["server_cpu_microseconds_per_url"] = webCpu.TotalMicroseconds / urls,
                ["peak_bytes"] = PeakMemory.Bytes(),
            },
        };
    }

    private async IAsyncEnumerable<string> Urls()
    {
        await Task.CompletedTask;
        for (var i = 0; i < urls; i++) yield return Url(i);
    }

    private string Url(int i) => string.Create(CultureInfo.InvariantCulture, $"http://host{i % hosts}.{Domain}/image/{i}.jpg");

    private async Task<long> LoopAsync(int port, CancellationToken stop)
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
        });
        return kept;
    }

    private Process StartServer()
    {
        var program = Environment.ProcessPath!;
        string[] itself = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(FetchBench).Assembly.Location] : [];
        return Process.Start(new ProcessStartInfo(program, [.. itself, BenchServerVerb.Name, .. server]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }
}
