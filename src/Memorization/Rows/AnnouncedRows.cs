using Memorization.Flow;

namespace Memorization.Rows;

/// <summary>
/// Rows on their way from the scan into the graph: held back until somebody has been told of many of them at once. While the graph takes some, the next are
/// collected and announced.
/// </summary>
/// <remarks>Not thread-safe. Once disposed of, nothing is under way any more.</remarks>
/// <param name="emitter">The graph.</param>
/// <param name="announce">Is told of rows before they go on; null where nobody is to be told, and rows go on at once.</param>
/// <param name="stop">What is not in the graph yet does not come into it any more; the units of those rows have no end.</param>
internal sealed class AnnouncedRows(Emitter<LaionRow> emitter, RowAnnouncement? announce, CancellationToken stop) : IAsyncDisposable
{
    private const int CharactersOfRow = 100;

    private RowAnnouncement? _announce = announce;
    private Queue<LaionRow> _rows = [];
    private List<UnitEnd> _ends = [];
    private int _characters;
    private Task _emission = Task.CompletedTask;

    /// <summary>Takes a row.</summary>
    public async ValueTask AddAsync(LaionRow row)
    {
        if (_announce is null)
        {
            await _emission.ConfigureAwait(false);
            await emitter.EmitAsync(row).ConfigureAwait(false);
            return;
        }

        _rows.Enqueue(row);
        _characters += CharactersOfRow + (row.Url?.Length ?? 0) + row.Caption.Length;
        if (_characters >= _announce.MostCharacters) await FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Takes the end of a unit, all of whose rows were taken.</summary>
    public async ValueTask EndAsync(UnitEnd end)
    {
        _ends.Add(end);
        if (_announce is null) await FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Lets everything go on that was taken, unless the graph is still busy with what it got before.</summary>
    public async ValueTask OfferAsync()
    {
        if (_emission.IsCompleted) await FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Lets everything go on, and waits until the graph has it.</summary>
    public async ValueTask CompleteAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        await _emission.ConfigureAwait(false);
    }

    /// <summary>Waits for what is on its way.</summary>
    public async ValueTask DisposeAsync() => await _emission.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async ValueTask FlushAsync()
    {
        if (_rows.Count > 0 && _announce?.Tell(_rows) == false) _announce = null;
        await _emission.ConfigureAwait(false);
        var (rows, ends) = (_rows, _ends);
        (_rows, _ends, _characters) = ([], [], 0);
        if (rows.Count + ends.Count > 0) _emission = Task.Run(() => EmitAsync(rows, ends), CancellationToken.None);
    }

    private async Task EmitAsync(Queue<LaionRow> rows, List<UnitEnd> ends)
    {
        while (rows.TryDequeue(out var row))
        {
            stop.ThrowIfCancellationRequested();
            await emitter.EmitAsync(row).ConfigureAwait(false);
        }

        foreach (var end in ends) await emitter.EndUnitAsync(end).ConfigureAwait(false);
    }
}

/// <summary>Somebody to be told of rows that will come into the graph next.</summary>
/// <param name="Tell">Tells them; answers whether there is need to tell of more.</param>
/// <param name="MostCharacters">How much is held back for it at most: the texts of the rows, and 100 for each row. As much again may be on its way into the graph.</param>
public sealed record RowAnnouncement(Func<IReadOnlyCollection<LaionRow>, bool> Tell, int MostCharacters);
