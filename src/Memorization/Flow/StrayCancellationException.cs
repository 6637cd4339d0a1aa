namespace Memorization.Flow;

/// <summary>A stage was cancelled by something other than the run: a bug, since a Dataflow block would have dropped the row in silence.</summary>
public sealed class StrayCancellationException : InvalidOperationException
{
    internal StrayCancellationException(Exception cancellation)
        : base("a stage threw OperationCanceledException although the run was not cancelled", cancellation)
    {
    }
}
