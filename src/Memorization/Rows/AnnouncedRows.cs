using Memorization.Flow;

namespace Memorization.Rows;

/// <summary>Rows on their way from the scan into the graph: held back until somebody has been told of many of them at once. Not thread-safe.</summary>
/// <param name="emitter">The graph.</param>
/// <param name="announce">Is told of rows before they go on; null where nobody is to be told, and rows go on at once.</param>
internal sealed class AnnouncedRows(Emitter<LaionRow> emitter, RowAnnouncement? announce)
{
    // 128 MB: 350,000 rows with captions of 60 characters. Each batch is looked up once among all rows of the store, so many are better than few.
    private const int MostCharacters = 1 << 26;
    private const int CharactersOfRow = 100;

    private readonly Queue<LaionRow> _rows = [];
    private readonly List<UnitEnd> _ends = [];
    private RowAnnouncement? _announce = announce;
    private int _characters;

    /// <summary>Takes a row.</summary>
    public async ValueTask AddAsync(LaionRow row)
    {
        if (_announce is null)
        {
            await emitter.EmitAsync(row).ConfigureAwait(false);
            return;
        }

        _rows.Enqueue(row);
        _characters += CharactersOfRow + (row.Url?.Length ?? 0) + row.Caption.Length;
        if (_characters >= MostCharacters) await FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Takes the end of a unit, all of whose rows were taken.</summary>
    public async ValueTask EndAsync(UnitEnd end)
    {
        if (_rows.Count > 0) _ends.Add(end);
        else await emitter.EndUnitAsync(end).ConfigureAwait(false);
    }

    /// <summary>Lets everything go on.</summary>
    public async ValueTask FlushAsync()
    {
        if (_rows.Count == 0) return;
        if (_announce is not null && !_announce(_rows)) _announce = null;
        while (_rows.TryDequeue(out var row)) await emitter.EmitAsync(row).ConfigureAwait(false);
        foreach (var end in _ends) await emitter.EndUnitAsync(end).ConfigureAwait(false);
        _ends.Clear();
        _characters = 0;
    }
}

/// <summary>Is told of rows that will come into the graph next.</summary>
/// <returns>Whether it wants to be told of more.</returns>
public delegate bool RowAnnouncement(IReadOnlyCollection<LaionRow> rows);
