namespace Memorization.Embedding;

/// <summary>What the embedder has done so far.</summary>
/// <param name="Images">Images that a run of the model has covered, failed runs included.</param>
/// <param name="Batches">Runs of the model.</param>
/// <param name="BatchSize">Places in each batch.</param>
/// <param name="WaitingForInput">Time in which the next batch waited for images.</param>
/// <param name="InSession">Time in which the model ran.</param>
public sealed record EmbedderCounters(long Images, long Batches, int BatchSize, TimeSpan WaitingForInput, TimeSpan InSession)
{
    /// <summary>Images per place, 0 to 1; 0 before the first batch.</summary>
    public double AverageFill => Batches == 0 ? 0 : Images / ((double)Batches * BatchSize);
}
