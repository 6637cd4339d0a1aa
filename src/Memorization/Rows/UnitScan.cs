using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Memorization.Rows;

/// <summary>One row group: read on one thread, taken by another, with a bounded number of rows between them.</summary>
/// <param name="file">The file.</param>
/// <param name="rowGroup">Zero-based row group.</param>
/// <param name="filter">Which rows are wanted.</param>
internal sealed class UnitScan(LaionFile file, int rowGroup, ScanFilter filter)
{
    private const int BatchRows = 128;
    private const int MaxWaitingBatches = 32;

    private readonly LaionReader _reader = new(file, rowGroup, filter);
    private readonly Channel<IReadOnlyList<LaionRow>> _batches = Channel.CreateBounded<IReadOnlyList<LaionRow>>(
        new BoundedChannelOptions(MaxWaitingBatches) { SingleReader = true, SingleWriter = true });

    private volatile bool _isRead;

    /// <summary>The unit of work.</summary>
    public UnitId Unit => file.Unit(rowGroup);

    /// <summary>Whether it has been read to its end, so that its rows can be taken without waiting.</summary>
    public bool IsRead => _isRead;

    /// <summary>The counts; final once the rows have been taken.</summary>
    public UnitCounts Counts => _reader.Counts;

    /// <summary>Reads the row group; waits while too many rows have not been taken.</summary>
    public void Read(CancellationToken stop)
    {
        List<LaionRow> batch = [];
        try
        {
            foreach (var row in _reader.Read(stop))
            {
                batch.Add(row);
                if (batch.Count < BatchRows) continue;
                Write(batch, stop);
                batch = [];
            }

            Write(batch, stop);
            _batches.Writer.Complete();
        }
        catch (BrokenInputException broken)
        {
            Write(batch, stop);
            _batches.Writer.Complete(broken);
        }
        catch (Exception exception)
        {
            _batches.Writer.Complete(exception);
        }

        _isRead = true;
    }

    // The thread is the scan's own, so it may wait.
    private void Write(IReadOnlyList<LaionRow> batch, CancellationToken stop) => _batches.Writer.WriteAsync(batch, stop).AsTask().GetAwaiter().GetResult();

    /// <summary>The rows in the order of the file.</summary>
    /// <exception cref="BrokenInputException">The row group is corrupt; rows before that place have been given.</exception>
    public async IAsyncEnumerable<LaionRow> TakeAsync([EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var batch in _batches.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            foreach (var row in batch) yield return row;
        }
    }
}
