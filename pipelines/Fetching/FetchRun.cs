using Memorization.Captions;
using Memorization.Export;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Operations;
using Memorization.Rows;
using Memorization.Urls;
using Serilog;
using Serilog.Core;

namespace Memorization.Pipelines.Fetching;

/// <summary>A list of URLs through the stages Urls and Fetch, each line to its outcome. Memory does not grow with the list.</summary>
/// <param name="options">How images are requested.</param>
/// <param name="shards">Where the images go; null if they are dropped.</param>
/// <param name="time">The clock.</param>
internal sealed class FetchRun(FetchOptions options, FetchedShards? shards, TimeProvider time)
{
    private readonly SortedDictionary<Reason, long> _reasons = [];
    private long _kept;

    /// <summary>Silence after which the log gets a warning.</summary>
    public TimeSpan StallAfter { get; init; }

    /// <summary>Gets warnings.</summary>
    public ILogger Log { get; init; } = Logger.None;

    /// <summary>Shows how far the work is, given the counts, until it has ended.</summary>
    public Func<Task, Func<string>, Task> Show { get; init; } = (work, _) => work;

    /// <summary>Fetches every URL.</summary>
    /// <param name="urls">The lines, from the first.</param>
    /// <param name="write">Gets every line as it ends, one at a time, in no order.</param>
    /// <param name="drain">Stops reading; what is under way comes to its end.</param>
    /// <param name="stop">Stops at once; what was written as kept is kept all the same.</param>
    public async Task<FetchTotals> ExecuteAsync(Func<CancellationToken, IAsyncEnumerable<string>> urls, Action<FetchLine> write, CancellationToken drain, CancellationToken stop)
    {
        using var fetcher = new ImageFetcher(options, time, drain);
        using var graph = new Graph(drain, stop, time);
        graph
            .Source<LaionRow>(StageName.Scan, ReadAsync)
            .Stage<LinkedRow>(StageName.Urls, new UrlPolicy(ResolveMap.Parse(options.Resolve)).RunAsync, new StageOptions())
            .Stage<FetchedSample>(StageName.Fetch, FetchAsync, new StageOptions(fetcher.RowsAtOnce))
            .Collect<object>(StageName.Store, Take, () => ValueTask.FromResult<object?>(null))
            .Sink(StageName.Cluster, (_, _) => ValueTask.CompletedTask);
        var wasStopped = false;
        using (var watchdog = new Watchdog(graph.Stages, StallAfter, Log, time))
        {
            RunMetrics.Show(new MetricSources(graph.Stages, () => watchdog.Silence) { Requests = () => fetcher.Requests, ReceivedBytes = () => fetcher.ImageBytes });
            try
            {
                await Show(graph.RunAsync(), () => FormattableString.Invariant($"{graph.Stages[0].In:N0} lines read, {fetcher.Images:N0} images fetched"));
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                wasStopped = true;
            }
        }

        if (shards is not null) await shards.FinishAsync();
        var totals = new FetchTotals
        {
            Read = graph.Stages[0].In,
            Kept = _kept,
            Reasons = _reasons,
            Requests = fetcher.Requests,
            Bytes = fetcher.ImageBytes,
            Shards = shards?.Shards ?? 0,
            Alarm = NetworkAlarm.Of(graph.Stages.Single(stage => stage.Stage == StageName.Fetch)),
            WasStopped = wasStopped,
        };
        if (!wasStopped) ThrowIfLost(graph, totals);
        return totals;

        async Task ReadAsync(Emitter<LaionRow> emitter, CancellationToken token)
        {
            var line = 0L;
            await foreach (var url in urls(token).WithCancellation(token))
                await emitter.EmitAsync(new LaionRow { Key = (UInt128)(++line), Unit = default, RowInGroup = 0, Url = url, Caption = "" }); // the line is its key: equal URLs are fetched twice
        }

        // The header is read here, by many, not where the shards are written, by one.
        async ValueTask<Outcome<FetchedSample>> FetchAsync(LinkedRow row, CancellationToken token)
        {
            var outcome = await fetcher.RunAsync(new SelectedRow(row.Row, row.Url, TokenCount: 0), token);
            if (!outcome.IsKept(out var image)) return outcome.Rejection!;
            return shards is null ? new FetchedSample(image, "", null, null) : FetchedSample.Of(image);
        }

        async ValueTask<object?> Take(RowEnd end)
        {
            if (end.Rejection is { } rejection) _reasons[rejection.Reason] = _reasons.GetValueOrDefault(rejection.Reason) + 1;
            else _kept++;
            write(FetchLine.Of(end, end.Item is FetchedSample sample && shards is not null ? await shards.AddAsync(sample) : null));
            return null;
        }
    }

    private static void ThrowIfLost(Graph graph, FetchTotals totals)
    {
        var breaches = Conservation.Breaches([.. graph.Stages.TakeWhile(stage => stage.Stage != StageName.Cluster)]).ToList();
        if (totals.Read != totals.Kept + totals.Rejected) breaches.Add($"{totals.Read} lines read, {totals.Kept} kept + {totals.Rejected} rejected");
        if (breaches.Count > 0) throw new InvalidOperationException("lines were lost: " + string.Join("; ", breaches));
    }
}
