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
using Memorization.Pipelines.Terminal;
using Memorization.Rows;
using Memorization.Store;
using Memorization.Urls;
using Serilog;
using Serilog.Events;

namespace Memorization.Pipelines;

/// <summary>One run of the streaming graph over a study's input, from the lock on the store to the published snapshot.</summary>
internal sealed class IngestRun(StudyContext context, Interrupts interrupts, LogEventLevel level, bool quiet, TimeProvider time)
{
    private readonly Study _study = context.Study;
    private readonly string _id = StudyContext.NewRunId(time);
    private readonly SortedDictionary<Reason, long> _reasons = [];
    private long _rowsRead;
    private long _rowsKnown;

    /// <summary>Runs to the end of the input, or to where it was told to stop.</summary>
    /// <exception cref="SetupException">The input, the model or the store cannot be used.</exception>
    public async Task<RunResult> ExecuteAsync()
    {
        var started = time.GetTimestamp();
        var files = LaionInput.Files(_study.Input, context.Folder);
        ThrowIfNoneReadable(files);
        var keywords = Keywords();
        await using var embedder = OpenModel();
        var scope = new StoreScope(context.Store, _id, context.FilterFingerprint, embedder.Model.ModelId);
        using var store = await StoreWriter.OpenAsync(scope, _study.Store, time);
        await using var log = RunLog.Create(quiet ? LogEventLevel.Error : level, scope.RunFolder);
        try
        {
            return await ExecuteAsync(files, keywords, scope, embedder, store, log, started);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or SetupException))
        {
            log.Fatal(exception, "run {Run} failed", _id);
            throw;
        }
    }

    private async Task<RunResult> ExecuteAsync(
        IReadOnlyList<string> files, KeywordMatcher keywords, StoreScope scope, Embedder embedder, StoreWriter store, ILogger log, long started)
    {
        var threshold = _study.Cluster.Threshold ?? embedder.Model.DefaultThreshold;
        var cluster = _study.Cluster with { Threshold = threshold, StoreThreshold = Math.Min(threshold, _study.Cluster.StoreThreshold) };
        log.Information(
            "run {Run} of study {Study}: {Files} input files, model {Model}, threshold {Threshold}, store {Store}",
            _id, _study.Name, files.Count, embedder.Model.Name, threshold, context.Store);
        var families = await FamilyStore.OpenAsync(scope, embedder.Model.Dimension, cluster, interrupts.Stop);
        var filter = new ScanFilter(_study.Keywords.Count == 0 ? null : new CaptionQuery(keywords.IndexOfCandidate, keywords.MayMatch), _study.Filters.Metadata);
        var scan = new LaionScan(files, filter, unit => SkipFinished(store, unit), Environment.ProcessorCount, log);
        using var fetcher = new ImageFetcher(_study.Fetch, time);
        var stages = new IngestPipeline.Stages(
            scan,
            new UrlPolicy(ResolveMap.Parse(_study.Fetch.Resolve)),
            new CaptionFilter(keywords, _study.Filters.Caption),
            store.Known,
            fetcher,
            _study.Fetch.Parallelism,
            new ImageDecoder(_study.Decode, thumbnails: _study.Store.Images == StoredImages.Thumbnail, embedder.Model.Side),
            embedder,
            store,
            families);

        using var graph = IngestPipeline.Build(stages, interrupts.Drain, interrupts.Stop);
        await ProgressDisplay.ShowAsync(graph.RunAsync(), () => (scan.Progress, ProgressDisplay.Counts(graph.Stages)), log, quiet, time);
        if (scan.FilesOpened == 0 && scan.Broken.Count > 0) throw new SetupException($"no input could be read; the first error: {scan.Broken[0].Message}");
        await families.PublishAsync(threshold, time, interrupts.Stop);

        foreach (var device in embedder.Counters.Devices.Where(device => device.Failures > 0))
            log.Warning("{Device} failed {Failures} times, last with {Error}; given up: {GivenUp}", device.Name, device.Failures, device.LastFailure, device.GivenUp);
        var result = Result(graph, scan, store, fetcher, embedder, threshold, started);
        await scope.WriteStatsAsync(JsonSerializer.SerializeToUtf8Bytes(result, JsonOutput.Indented));
        log.Information(
            "run {Run} ended: {Read} rows read, {Stored} stored, {Known} known, {Rejected} rejected",
            _id, result.RowsRead, result.RowsStored, result.RowsKnown, result.RowsRejected);
        return result;
    }

    private ModelOptions ModelPathResolved() => _study.Model.Path is null or ModelOptions.BuiltIn
        ? _study.Model
        : _study.Model with
        {
            Path = Path.GetFullPath(_study.Model.Path, context.Folder),
            Cache = _study.Model.Cache is { } cache ? Path.GetFullPath(cache, context.Folder) : null,
        };

    private Embedder OpenModel()
    {
        try
        {
            return new Embedder(ModelPathResolved(), time);
        }
        catch (Exception exception) when (exception is FileNotFoundException or InvalidDataException or NotSupportedException)
        {
            throw new SetupException($"model: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
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

    private KeywordMatcher Keywords()
    {
        try
        {
            return new KeywordMatcher(_study.Keywords);
        }
        catch (ArgumentException exception)
        {
            throw new SetupException($"keywords: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    /// <summary>A unit that an earlier run finished is not read again; its rows count as that run ended them.</summary>
    private bool SkipFinished(StoreWriter store, UnitId unit)
    {
        if (store.FinishedBefore(unit) is not { } done) return false;
        _rowsRead += done.Rows;
        _rowsKnown += done.Kept;
        foreach (var (reason, rows) in done.Reasons) Count(reason, rows);
        return true;
    }

    private void Count(Reason reason, long rows) => _reasons[reason] = _reasons.GetValueOrDefault(reason) + rows;

    private RunResult Result(
        Graph graph, LaionScan scan, StoreWriter store, ImageFetcher fetcher, Embedder embedder, double threshold, long started)
    {
        var breaches = Conservation.Breaches([.. graph.Stages.TakeWhile(stage => stage.Stage != StageName.Cluster)]).ToList();
        var stages = graph.Stages.ToDictionary(stage => stage.Stage);
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
            Fetched = stages[StageName.Fetch].Kept,
            Requests = fetcher.Requests,
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
