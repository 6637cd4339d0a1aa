using System.Collections.Concurrent;
using System.Threading.Channels;
using Memorization.Flow;
using Serilog;

namespace Memorization.Rows;

/// <summary>
/// The head of the graph: every row group of every file in which something is to be done, out of the file or, where that is enough, out of the store. Row groups are read on all cores; their rows come in the
/// order of the input whatever the number of cores, since of two equal rows it is the first that is kept.
/// </summary>
/// <remarks>
/// Three kinds of threads: one opens files (which reads each once, to hash it, unless its hash is known) ahead of those that read row groups, and the graph's own
/// takes the rows; announced ones come into the graph by a task beside it. Row groups are taken up in order, so the one whose rows are awaited is always under way.
/// </remarks>
/// <param name="files">Full paths.</param>
/// <param name="filter">Which rows are wanted.</param>
/// <param name="work">What is done with a unit. Asked on one thread, in order.</param>
/// <param name="stored">The rows of a unit that are taken from the store. Asked in order, one unit at a time.</param>
/// <param name="parallelism">Row groups read at a time.</param>
/// <param name="log">Says which file cannot be read.</param>
public sealed class LaionScan(IReadOnlyList<string> files, ScanFilter filter, UnitDecision work, Func<UnitId, StoredUnit> stored, int parallelism, ILogger log)
{
    private readonly List<BrokenInputException> _broken = [];
    private double _progress;

    /// <summary>A scan that reads every unit.</summary>
    /// <param name="files">Full paths.</param>
    /// <param name="filter">Which rows are wanted.</param>
    /// <param name="parallelism">Row groups read at a time.</param>
    /// <param name="log">Says which file cannot be read.</param>
    public LaionScan(IReadOnlyList<string> files, ScanFilter filter, int parallelism, ILogger log)
        : this(files, filter, (_, _, _) => UnitWork.Scan, _ => throw new InvalidOperationException("no unit is taken from a store"), parallelism, log)
    {
    }

    /// <summary>Is told of rows before they come into the graph, as many at once as are there without waiting; null for nobody.</summary>
    public RowAnnouncement? Announce { get; init; }

    /// <summary>Is asked for each file's content hash, on one thread; null to read each file whole for it.</summary>
    public ContentHash? Hash { get; init; }

    /// <summary>Files and row groups that could not be read; the scan went on with the others.</summary>
    public IReadOnlyList<BrokenInputException> Broken => _broken;

    /// <summary>Files that could be opened.</summary>
    public int FilesOpened { get; private set; }

    /// <summary>Part of the input that has been read, 0 to 1.</summary>
    public double Progress => Volatile.Read(ref _progress);

    /// <summary>Writes the rows into the graph.</summary>
    public async Task RunAsync(Emitter<LaionRow> emitter, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(emitter);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var toRead = new BlockingCollection<UnitScan>();
        using var ahead = new SemaphoreSlim(2 * parallelism);
        var opened = Channel.CreateUnbounded<Step>();
        Task[] threads =
        [
            OnThread(() => OpenAll(opened.Writer, toRead, ahead, end.Token)),
            .. Enumerable.Range(0, parallelism).Select(_ => OnThread(() => ReadAll(toRead, end.Token))),
        ];
        await using var rows = new AnnouncedRows(emitter, Announce, stop);
        try
        {
            await foreach (var step in opened.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                if (step.Broken is not null) Report(step.Broken);
                if (step.Unit is not null)
                {
                    await EmitAsync(step.Unit, emitter, rows, stop).ConfigureAwait(false);
                    ahead.Release();
                }

                if (step.Stored is { } unit) await EmitAsync(stored(unit), emitter, rows, stop).ConfigureAwait(false);
                if (!opened.Reader.TryPeek(out var next) || next.Unit is { IsRead: false }) await rows.OfferAsync().ConfigureAwait(false);
                Volatile.Write(ref _progress, step.Progress);
            }

            await rows.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(threads).ConfigureAwait(false);
        }
    }

    /// <summary>What the opening thread found next: a unit to take the rows of, a file that cannot be read, or only that it has come further.</summary>
    private sealed record Step(double Progress, UnitScan? Unit = null, UnitId? Stored = null, BrokenInputException? Broken = null);

    // Not the pool's threads: they would be kept from the rest of the graph for minutes.
    private static Task OnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void OpenAll(ChannelWriter<Step> steps, BlockingCollection<UnitScan> toRead, SemaphoreSlim ahead, CancellationToken end)
    {
        try
        {
            HashSet<UnitId> met = [];
            for (var i = 0; i < files.Count; i++)
            {
                try
                {
                    var file = LaionFile.Open(files[i], ColumnNames.Laion, Hash, end);
                    FilesOpened++;
                    for (var group = 0; group < file.RowGroups.Count; group++)
                    {
                        var unit = file.Unit(group);
                        var step = new Step((i + (group + 1.0) / file.RowGroups.Count) / files.Count);
                        if (!met.Add(unit))
                        {
                            log.Warning("{File}, row group {RowGroup}, is the same content as one read before; it is not read again", file.Path, group);
                        }
                        else if (Decide(file, group, unit) is var todo && todo == UnitWork.Stored)
                        {
                            step = step with { Stored = unit };
                        }
                        else if (todo == UnitWork.Scan)
                        {
                            ahead.Wait(end);
                            step = step with { Unit = new UnitScan(file, group, filter) };
                            toRead.Add(step.Unit, end);
                        }

                        steps.TryWrite(step);
                    }
                }
                catch (BrokenInputException broken)
                {
                    steps.TryWrite(new Step((i + 1.0) / files.Count, Broken: broken));
                }
            }

            toRead.CompleteAdding();
            steps.Complete();
        }
        catch (Exception exception)
        {
            steps.Complete(exception);
        }
    }

    private UnitWork Decide(LaionFile file, int group, UnitId unit) => work(unit, file.RowGroups[group], () => LaionReader.IsExcluded(file, group, filter));

    private static void ReadAll(BlockingCollection<UnitScan> toRead, CancellationToken end)
    {
        try
        {
            foreach (var unit in toRead.GetConsumingEnumerable(end)) unit.Read(end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The rows are not wanted any more.
        }
    }

    private async Task EmitAsync(UnitScan unit, Emitter<LaionRow> emitter, AnnouncedRows rows, CancellationToken stop)
    {
        try
        {
            await foreach (var row in unit.TakeAsync(stop).ConfigureAwait(false)) await rows.AddAsync(row).ConfigureAwait(false);
        }
        catch (BrokenInputException broken)
        {
            // What was read is counted, and the unit stays open for the next run.
            Report(broken);
            CountEnded(unit.Counts, emitter);
            return;
        }

        await EndAsync(unit.Unit, unit.Counts, emitter, rows).ConfigureAwait(false);
    }

    private static async Task EmitAsync(StoredUnit unit, Emitter<LaionRow> emitter, AnnouncedRows rows, CancellationToken stop)
    {
        foreach (var row in unit.Take())
        {
            stop.ThrowIfCancellationRequested();
            await rows.AddAsync(row).ConfigureAwait(false);
        }

        await EndAsync(unit.Unit, unit.Counts, emitter, rows).ConfigureAwait(false);
    }

    private static ValueTask EndAsync(UnitId unit, UnitCounts counts, Emitter<LaionRow> emitter, AnnouncedRows rows)
    {
        CountEnded(counts, emitter);
        return rows.EndAsync(new UnitEnd(unit, counts.Emitted, counts.Ended));
    }

    private static void CountEnded(UnitCounts counts, Emitter<LaionRow> emitter)
    {
        foreach (var (reason, rows) in counts.Ended) emitter.CountRejected(reason, rows);
    }

    private void Report(BrokenInputException broken)
    {
        _broken.Add(broken);
        log.Error("{Message:l}", broken.Message);
    }
}
