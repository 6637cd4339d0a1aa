using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Memorization.Analysis;
using Memorization.Captions;
using Memorization.Clustering;
using Memorization.Configuration;
using Memorization.Embedding;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Images;
using Memorization.Operations;
using Memorization.Pipelines.Terminal;
using Memorization.Pipelines.Verbs;
using Memorization.Rows;
using Memorization.Store;
using Memorization.Urls;
using Serilog;
using Serilog.Events;

namespace Memorization.Pipelines;

/// <summary>One run of the streaming graph over a study's input, from the lock on the store to the published snapshot.</summary>
internal sealed class IngestRun(StudyContext context, Interrupts interrupts, LogEventLevel level, bool quiet, TimeSpan stallAfter, TimeProvider time)
{
    private readonly Study _study = context.Study;
    private readonly string _id = StudyContext.NewRunId(time);
    private readonly SortedDictionary<Reason, long> _reasons = [];
    private long _rowsRead;
    private long _rowsKnown;

    /// <summary>Runs to the end of the input, or to where it was told to stop.</summary>
    /// <param name="ahead">What was said before that the run would do; null if nothing was.</param>
    /// <exception cref="SetupException">The input, the model or the store cannot be used.</exception>
    public async Task<RunResult> ExecuteAsync(WorkAhead? ahead = null)
    {
        var started = time.GetTimestamp();
        var files = LaionInput.Files(_study.Input, context.Folder);
        ThrowIfNoneReadable(files);
        var keywords = context.Keywords();
        await using var embedder = context.OpenModel(time);
        var scope = context.Scope(_id, embedder.Model.ModelId);
        using var store = await HeldStore.TakeAsync(context.Store, _id, time);
        await using var log = RunLog.Create(quiet ? LogEventLevel.Error : level, scope.RunFolder);
        try
        {
            return await ExecuteAsync(files, keywords, scope, embedder, store, log, started, ahead);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or SetupException or StoreLostException) && !FullDisk.IsCauseOf(exception))
        {
            log.Fatal(exception, "run {Run} failed", _id);
            throw;
        }
    }

    private async Task<RunResult> ExecuteAsync(
        IReadOnlyList<string> files, KeywordMatcher keywords, StoreScope scope, Embedder embedder, HeldStore held, ILogger log, long started, WorkAhead? ahead)
    {
        var threshold = _study.Cluster.Threshold ?? embedder.Model.DefaultThreshold;
        var cluster = _study.Cluster with { Threshold = threshold, StoreThreshold = Math.Min(threshold, _study.Cluster.StoreThreshold) };
        log.Information(
            "run {Run} of study {Study}: {Files} input files, model {Model}, threshold {Threshold}, store {Store}",
            _id, _study.Name, files.Count, embedder.Model.Name, threshold, context.Store);
        var filter = context.ScanFilter(keywords);
        await context.ScanRules.WriteAsync(context.Store, scope.Filter);
        using var store = StoreWriter.Open(held, scope, _study.Store, context.Rules, time);
        using var plan = await RunPlan.MakeAsync(scope, held.Tables, store.Known, context.ScanRules, filter);
        var families = await FamilyStore.OpenAsync(held, scope, embedder.Model.Dimension, cluster);
        var hashes = await InputHashes.ReadAsync(context.Store, files, time);
        var scan = new LaionScan(files, filter, plan.Decide, plan.Stored, Environment.ProcessorCount, log) { Announce = store.Known.Announcement, Hash = hashes.Of };
        using var fetcher = new ImageFetcher(_study.Fetch, time, interrupts.Drain);
        using var images = new ImageSource(store.Known, context.Store, fetcher.RunAsync, log);
        await using var workers = new DecodeWorkers(DecodeWorkerVerb.Command, _study.Decode, embedder.Model.Side, time);
        var stages = new IngestPipeline.Stages(
            scan,
            new UrlPolicy(ResolveMap.Parse(_study.Fetch.Resolve)),
            new CaptionFilter(keywords, _study.Filters.Caption),
            store.Known,
            images,
            fetcher.RowsAtOnce,
            new ImageDecoder(_study.Decode, thumbnails: _study.Store.Images != StoredImages.None, embedder.Model.Side, workers),
            embedder,
            store,
            families);

        using var graph = IngestPipeline.Build(stages, interrupts.Drain, interrupts.Stop);
        using (var watchdog = new Watchdog(graph.Stages, stallAfter, log, time))
        {
            RunMetrics.Show(new MetricSources(graph.Stages, () => watchdog.Silence)
            {
                Requests = () => fetcher.Requests,
                ReceivedBytes = () => fetcher.ImageBytes,
                Embedded = () => embedder.Counters.Images,
                Commits = () => store.Commits,
            });
            await ProgressDisplay.ShowAsync(graph.RunAsync(), () => (scan.Progress, ProgressDisplay.Counts(graph.Stages)), log, quiet, time);
        }

        if (scan.FilesOpened == 0 && scan.Broken.Count > 0) throw new SetupException($"no input could be read; the first error: {scan.Broken[0].Message}");
        await hashes.WriteAsync();
        var isNew = await families.PublishAsync(threshold, time, interrupts.Stop, isWhole: !interrupts.Drain.IsCancellationRequested);

        foreach (var device in embedder.Counters.Devices.Where(device => device.Failures > 0))
            log.Warning("{Device} failed {Failures} times, last with {Error}; given up: {GivenUp}", device.Name, device.Failures, device.LastFailure, device.GivenUp);
        var alarm = NetworkAlarm.Of(graph.Stages.Single(stage => stage.Stage == StageName.Fetch), images.Images);
        if (alarm is not null) log.Warning("{Alarm:l}", alarm.ToString());
        var result = Result(graph, scan, store, plan, fetcher, embedder, threshold, started) with { Reread = images.Images, HasNewSnapshot = isNew, Ahead = ahead, Alarm = alarm };
        await scope.WriteStatsAsync(JsonSerializer.SerializeToUtf8Bytes(result, JsonOutput.Indented));
        log.Information(
            "run {Run} ended: {Read} rows read, {Stored} stored, {Known} known, {Rejected} rejected",
            _id, result.RowsRead, result.RowsStored, result.RowsKnown, result.RowsRejected);
        return result;
    }

    /// <summary>One line for the user instead of a run that reads nothing.</summary>
    private static void ThrowIfNoneReadable(IReadOnlyList<string> files)
    {
        BrokenInputException? first = null;
        foreach (var file in files)
        {
            try
            {
                LaionFile.Check(file);
                return;
            }
            catch (BrokenInputException broken)
            {
                first ??= broken;
            }
        }

        throw new SetupException($"no input could be read; the first error: {first!.Message}", first);
    }

    private void Count(Reason reason, long rows) => _reasons[reason] = _reasons.GetValueOrDefault(reason) + rows;

    private RunResult Result(
        Graph graph, LaionScan scan, StoreWriter store, RunPlan plan, ImageFetcher fetcher, Embedder embedder, double threshold, long started)
    {
        var breaches = Conservation.Breaches([.. graph.Stages.TakeWhile(stage => stage.Stage != StageName.Cluster)]).ToList();
        var stages = graph.Stages.ToDictionary(stage => stage.Stage);
        foreach (var done in plan.Finished)
        {
            _rowsRead += done.Rows;
            _rowsKnown += done.Kept;
            foreach (var (reason, rows) in done.Reasons) Count(reason, rows);
        }

        _rowsRead += stages[StageName.Scan].In;
        foreach (var (reason, rows) in graph.Stages.SelectMany(stage => stage.Reasons))
        {
            if (reason == Reason.AlreadyStored) _rowsKnown += rows;
            else Count(reason, rows);
        }

        var rejected = _reasons.Values.Sum();
        if (stages[StageName.Store].Kept != store.StoredRows)
            breaches.Add($"{stages[StageName.Store].Kept} rows were kept, {store.StoredRows} were committed");
        if (_rowsRead != store.StoredRows + _rowsKnown + rejected)
            breaches.Add($"{_rowsRead} rows read, {store.StoredRows} stored + {_rowsKnown} known + {rejected} rejected");
        if (breaches.Count > 0) throw new InvalidOperationException("rows were lost: " + string.Join("; ", breaches));

        var seconds = graph.Stages.ToDictionary(stage => stage.Stage.ToString(), stage => Math.Round(stage.Busy.TotalSeconds, 3));
        seconds["Total"] = Math.Round(time.GetElapsedTime(started).TotalSeconds, 3);
        return new RunResult
        {
            RowsRead = _rowsRead,
            RowsStored = store.StoredRows,
            RowsKnown = _rowsKnown,
            RowsRejected = rejected,
            Reasons = _reasons,
            Fetched = fetcher.Images,
            Requests = fetcher.Requests,
            Plan = plan.Counts,
            Embedded = stages[StageName.Embed].Kept,
            Embedding = EmbeddingResult.From(embedder.Counters),
            Seconds = seconds,
            PeakBytes = PeakMemory.Bytes(),
            BrokenInputs = [.. scan.Broken.Select(broken => broken.Message)],
            Study = context.File,
            Store = context.Store,
            Interrupted = interrupts.Drain.IsCancellationRequested,
            Versions = Versions.All(),
            Settings = new Dictionary<string, string>
            {
                ["run"] = _id,
                ["filter"] = context.FilterFingerprint,
                ["model"] = embedder.Model.Name,
                ["model_description"] = embedder.Model.Description,
                ["model_id"] = embedder.Model.ModelId,
                ["threshold"] = threshold.ToString(CultureInfo.InvariantCulture),
            },
        };
    }
}
