using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Dataflow;

namespace Memorization.Flow;

/// <summary>
/// A streaming graph: one bounded block and one set of counters per stage, linked in the order the stages are added.
/// The only place that touches Dataflow blocks.
/// </summary>
/// <remarks>
/// <para>Every row ends exactly once at the collector: kept by the last stage, or with the rejection that ended it. Rejected rows are sent
/// there by the stage itself; only the explicit completion after the last stage closes the collector, because two links that both
/// propagate completion lose what is still under way.</para>
/// <para>A fault anywhere cancels one token that every block shares: a fault travels only downstream by itself, and a bounded head would
/// wait for ever. A stage that throws <see cref="OperationCanceledException"/> on its own is a fault too, since a block would drop the
/// row in silence. Order is never kept (one slow row in a hundred made an ordered block 7 times slower): identity is the row's key.</para>
/// </remarks>
public sealed class Graph : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _drain;
    private readonly TimeProvider _time;
    private readonly BufferBlock<RowEnd> _ends;
    private readonly List<StageCounters> _stages = [];
    private readonly List<Task> _tasks = [];
    private readonly TaskCompletionSource _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _fault;
    private bool _ended;

    /// <summary>An empty graph.</summary>
    /// <param name="drain">Stops the source; what is under way is still brought to its end.</param>
    /// <param name="stop">Stops everything at once.</param>
    /// <param name="time">Says how long a row has been in a stage.</param>
    public Graph(CancellationToken drain, CancellationToken stop, TimeProvider? time = null)
    {
        _drain = drain;
        _time = time ?? TimeProvider.System;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ends = new BufferBlock<RowEnd>(new DataflowBlockOptions { BoundedCapacity = 128, CancellationToken = _stop.Token });
    }

    /// <summary>The stages' counters, in the order the stages were added.</summary>
    public IReadOnlyList<StageCounters> Stages => _stages;

    /// <summary>The head of the graph.</summary>
    /// <param name="name">The stage's name.</param>
    /// <param name="read">Writes rows to the emitter until there are no more or its token says stop; runs on a task of its own.</param>
    public Pipe<T> Source<T>(StageName name, Func<Emitter<T>, CancellationToken, Task> read)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        var counters = Add(name);
        var block = new BufferBlock<T>(new DataflowBlockOptions { BoundedCapacity = 256, CancellationToken = _stop.Token });
        var emitter = new Emitter<T>(block, _ends, counters, _stop.Token);
        _tasks.Add(Task.Run(() => Guard(async () =>
        {
            await _start.Task.ConfigureAwait(false);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_drain, _stop.Token);
            try
            {
                await read(emitter, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_drain.IsCancellationRequested && !_stop.IsCancellationRequested)
            {
                // Asked to stop reading: what was emitted goes on to its end.
            }

            block.Complete();
        })));
        return new Pipe<T>(this, block);
    }

    internal Pipe<TOut> Stage<TIn, TOut>(
        ISourceBlock<TIn> from, StageName name, Func<TIn, CancellationToken, ValueTask<Outcome<TOut>>> run, StageOptions options)
        where TIn : class
        where TOut : class
    {
        var counters = Add(name, options.Parallelism);
        var block = new TransformManyBlock<TIn, TOut>(
            row => RunStage(row, run, counters),
            new ExecutionDataflowBlockOptions
            {
                BoundedCapacity = Math.Max(options.Capacity, options.Parallelism),
                MaxDegreeOfParallelism = options.Parallelism,
                EnsureOrdered = false,
                SingleProducerConstrained = true,
                CancellationToken = _stop.Token,
            });
        from.LinkTo(block, new DataflowLinkOptions { PropagateCompletion = true });
        _tasks.Add(block.Completion);
        return new Pipe<TOut>(this, block);
    }

    private async Task<IEnumerable<TOut>> RunStage<TIn, TOut>(
        TIn row, Func<TIn, CancellationToken, ValueTask<Outcome<TOut>>> run, StageCounters counters)
        where TIn : class
        where TOut : class
    {
        counters.Enter(row);
        Outcome<TOut> outcome;
        try
        {
            // Not by Guard: for every row and stage it would leave three objects behind.
            var started = Stopwatch.GetTimestamp();
            outcome = await run(row, _stop.Token).ConfigureAwait(false);
            counters.CountBusy(Stopwatch.GetTimestamp() - started);
        }
        catch (Exception exception) when (!IsStop(exception))
        {
            throw await FaultAsync(exception).ConfigureAwait(false);
        }

        counters.Leave(row);
        if (outcome.IsKept(out var value))
        {
            counters.CountKept();
            return [value];
        }

        var rejection = outcome.Rejection ?? throw new InvalidOperationException($"stage {counters.Stage} answered neither a value nor a reason");
        counters.CountRejected(rejection.Reason);
        await SendAsync(_ends, new RowEnd(row, rejection)).ConfigureAwait(false);
        return [];
    }

    internal Pipe<TCommit> Collect<TLast, TCommit>(
        ISourceBlock<TLast> from, StageName name, Func<RowEnd, ValueTask<TCommit?>> add, Func<ValueTask<TCommit?>> flush)
        where TLast : class
        where TCommit : class
    {
        var counters = Add(name);
        var kept = new ActionBlock<TLast>(
            row =>
            {
                counters.CountIn();
                return SendAsync(_ends, new RowEnd(row, null));
            },
            new ExecutionDataflowBlockOptions { BoundedCapacity = 32, CancellationToken = _stop.Token });
        from.LinkTo(kept, new DataflowLinkOptions { PropagateCompletion = true });
        var commits = new BufferBlock<TCommit>(new DataflowBlockOptions { BoundedCapacity = 2, CancellationToken = _stop.Token });
        _tasks.Add(kept.Completion);
        _tasks.Add(CompleteEndsAfter(kept.Completion));
        _tasks.Add(Task.Run(() => Guard(async () =>
        {
            while (await _ends.OutputAvailableAsync(_stop.Token).ConfigureAwait(false))
            {
                while (_ends.TryReceive(out var end))
                {
                    var started = Stopwatch.GetTimestamp();
                    var commit = await add(end).ConfigureAwait(false);
                    counters.CountBusy(Stopwatch.GetTimestamp() - started);
                    if (end is { Rejection: null, Item: TLast }) counters.CountKept();
                    if (commit is not null) await SendAsync(commits, commit).ConfigureAwait(false);
                }
            }

            _stop.Token.ThrowIfCancellationRequested();
            if (await flush().ConfigureAwait(false) is { } last) await SendAsync(commits, last).ConfigureAwait(false);
            commits.Complete();
        })));
        return new Pipe<TCommit>(this, commits);
    }

    internal void Sink<T>(ISourceBlock<T> from, StageName name, Func<T, CancellationToken, ValueTask> take)
        where T : class
    {
        var counters = Add(name);
        var block = new ActionBlock<T>(
            item => Guard(async () =>
            {
                counters.CountIn();
                var started = Stopwatch.GetTimestamp();
                await take(item, _stop.Token).ConfigureAwait(false);
                counters.CountBusy(Stopwatch.GetTimestamp() - started);
                counters.CountKept();
            }),
            new ExecutionDataflowBlockOptions { BoundedCapacity = 2, CancellationToken = _stop.Token });
        from.LinkTo(block, new DataflowLinkOptions { PropagateCompletion = true });
        _tasks.Add(block.Completion);
        _ended = true;
    }

    /// <summary>Runs the graph to its end.</summary>
    /// <exception cref="OperationCanceledException">It was told to stop at once.</exception>
    /// <exception cref="Exception">The first fault of any stage.</exception>
    public async Task RunAsync()
    {
        if (!_ended) throw new InvalidOperationException("the graph has no sink");
        _start.SetResult();
        var all = Task.WhenAll(_tasks);
        try
        {
            await all.ConfigureAwait(false);
        }
        catch (Exception) when (_fault is not null)
        {
            ExceptionDispatchInfo.Throw(_fault);
        }
    }

    /// <summary>Frees the shared token.</summary>
    public void Dispose() => _stop.Dispose();

    private StageCounters Add(StageName name, int parallelism = 1)
    {
        var counters = new StageCounters(name, parallelism, _time);
        _stages.Add(counters);
        return counters;
    }

    /// <summary>After the last stage every rejection has been sent, since each stage awaits its own: now, and only now, the collector may end.</summary>
    private async Task CompleteEndsAfter(Task lastStage)
    {
        await lastStage.ConfigureAwait(false);
        _ends.Complete();
    }

    private async Task SendAsync<T>(ITargetBlock<T> target, T item)
    {
        if (!await target.SendAsync(item, _stop.Token).ConfigureAwait(false)) throw new OperationCanceledException(_stop.Token);
    }

    private async Task Guard(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception exception) when (!IsStop(exception))
        {
            throw await FaultAsync(exception).ConfigureAwait(false);
        }
    }

    private bool IsStop(Exception exception) => exception is OperationCanceledException && _stop.IsCancellationRequested;

    // The first fault is the graph's; all blocks are stopped.
    private async Task<Exception> FaultAsync(Exception exception)
    {
        var fault = exception is OperationCanceledException ? new StrayCancellationException(exception) : exception;
        Interlocked.CompareExchange(ref _fault, fault, null);
        await _stop.CancelAsync().ConfigureAwait(false);
        return fault;
    }
}
