using System.Threading.Tasks.Dataflow;

namespace Memorization.Flow;

/// <summary>The open end of a <see cref="Graph"/>: what the next stage is added to.</summary>
/// <typeparam name="T">What a row is at this point.</typeparam>
public sealed class Pipe<T>
    where T : class
{
    private readonly Graph _graph;
    private readonly ISourceBlock<T> _block;

    internal Pipe(Graph graph, ISourceBlock<T> block)
    {
        _graph = graph;
        _block = block;
    }

    /// <summary>Adds a stage.</summary>
    /// <param name="name">The stage's name.</param>
    /// <param name="run">Keeps or rejects one row; called by several workers at once if the options say so.</param>
    /// <param name="options">How many at once.</param>
    public Pipe<TOut> Stage<TOut>(StageName name, Func<T, CancellationToken, ValueTask<Outcome<TOut>>> run, StageOptions options)
        where TOut : class
    {
        ArgumentNullException.ThrowIfNull(run);
        return _graph.Stage(_block, name, run, options);
    }

    /// <summary>Where every row ends: kept or rejected, and every word of the source, arrives here, one at a time.</summary>
    /// <param name="name">The stage's name.</param>
    /// <param name="add">Takes one end; answers what became durable by it, or null.</param>
    /// <param name="flush">Makes the rest durable once there are no more ends.</param>
    public Pipe<TCommit> Collect<TCommit>(StageName name, Func<RowEnd, ValueTask<TCommit?>> add, Func<ValueTask<TCommit?>> flush)
        where TCommit : class
    {
        ArgumentNullException.ThrowIfNull(add);
        ArgumentNullException.ThrowIfNull(flush);
        return _graph.Collect(_block, name, add, flush);
    }

    /// <summary>Ends the graph: takes what arrives, one at a time.</summary>
    public void Sink(StageName name, Func<T, CancellationToken, ValueTask> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        _graph.Sink(_block, name, take);
    }
}
