using Memorization.Captions;
using Memorization.Fetch;
using Memorization.Flow;

namespace Memorization.Operations;

/// <summary>Counts the bytes of the images that a fetcher brings; thread-safe.</summary>
/// <param name="fetch">The fetcher.</param>
public sealed class ReceivedBytes(Func<SelectedRow, CancellationToken, ValueTask<Outcome<FetchedImage>>> fetch)
{
    private long _total;

    /// <summary>Bytes so far. What was read of answers that brought no image is not counted.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Brings the image of a row.</summary>
    public async ValueTask<Outcome<FetchedImage>> RunAsync(SelectedRow row, CancellationToken stop)
    {
        var outcome = await fetch(row, stop).ConfigureAwait(false);
        if (outcome.IsKept(out var image)) Interlocked.Add(ref _total, image.Bytes.Length);
        return outcome;
    }
}
