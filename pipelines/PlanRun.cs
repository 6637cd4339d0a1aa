using Memorization.Captions;
using Memorization.Flow;
using Memorization.Pipelines.Terminal;
using Memorization.Rows;
using Memorization.Store;
using Memorization.Urls;
using Serilog.Core;

namespace Memorization.Pipelines;

/// <summary>The streaming graph up to the first request, to count what a run would do. Nothing is locked or written.</summary>
internal sealed class PlanRun(StudyContext context, Interrupts interrupts, bool quiet, TimeProvider time)
{
    /// <summary>Reads the store, and the input as far as a run would.</summary>
    /// <exception cref="Configuration.SetupException">The input, the model or the store cannot be used.</exception>
    public async Task<WorkAhead> ExecuteAsync()
    {
        var study = context.Study;
        var files = LaionInput.Files(study.Input, context.Folder);
        var keywords = context.Keywords();
        string model;
        await using (var embedder = context.OpenModel(time)) model = embedder.Model.ModelId;
        var scope = context.Scope("", model);
        var tables = await StoreTables.ReadAsync(context.Store);
        using var known = KnownRows.Open(tables, scope, context.Rules, time.GetUtcNow());
        var filter = context.ScanFilter(keywords);
        using var plan = await RunPlan.MakeAsync(scope, tables, known, context.ScanRules, filter);
        var hashes = await InputHashes.ReadAsync(context.Store, files, time);
        var scan = new LaionScan(files, filter, plan.Decide, plan.Stored, Environment.ProcessorCount, Logger.None) { Announce = known.Announcement, Hash = hashes.Of };
        var work = new PlannedWork(known);

        using var graph = new Graph(interrupts.Drain, interrupts.Stop);
        graph
            .Source<LaionRow>(StageName.Scan, scan.RunAsync)
            .Stage<LinkedRow>(StageName.Urls, new UrlPolicy(ResolveMap.Parse(study.Fetch.Resolve)).RunAsync, new StageOptions())
            .Stage<SelectedRow>(StageName.Captions, new CaptionFilter(keywords, study.Filters.Caption).RunAsync, new StageOptions())
            .Stage<SelectedRow>(StageName.Known, known.RunAsync, new StageOptions())
            .Collect<object>(StageName.Store, Take, () => ValueTask.FromResult<object?>(null))
            .Sink(StageName.Cluster, (_, _) => ValueTask.CompletedTask);
        await ProgressDisplay.ShowAsync(graph.RunAsync(), () => (scan.Progress, ProgressDisplay.Counts(graph.Stages)), Logger.None, quiet, time);
        interrupts.Drain.ThrowIfCancellationRequested();
        return await work.SumAsync(tables, scope, plan.Counts);

        ValueTask<object?> Take(RowEnd end)
        {
            work.Add(end);
            return ValueTask.FromResult<object?>(null);
        }
    }
}
