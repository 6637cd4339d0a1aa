using Memorization.Flow;

namespace Memorization.Rows;

/// <summary>Rows on their way from the scan into the graph: held back until somebody has been told of many of them at once. Not thread-safe.</summary>
/// <param name="emitter">The graph.</param>
/// <param name="announce">Is told of rows before they go on; null where nobody is to be told, and rows go on at once.</param>
internal sealed class AnnouncedRows(Emitter<LaionRow> emitter, RowAnnouncement? announce)
{
    // Of 1,000,000 made rows 65,536 take 30 MB.
    private const int MostRows = 65_536;

    private readonly List<LaionRow> _rows = [];
    private readonly List<UnitEnd> _ends = [];
    private RowAnnouncement? _announce = announce;

    /// <summary>Takes a row.</summary>
    public async ValueTask AddAsync(LaionRow row)
    {
        if (_announce is null)
        {
            await emitter.EmitAsync(row).ConfigureAwait(false);
            return;
        }

        _rows.Add(row);
        if (_rows.Count == MostRows) await FlushAsync().ConfigureAwait(false);
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
        foreach (var row in _rows) await emitter.EmitAsync(row).ConfigureAwait(false);
        foreach (var end in _ends) await emitter.EndUnitAsync(end).ConfigureAwait(false);
        _rows.Clear();
        _ends.Clear();
    }
}

/// <summary>Is told of rows that will come into the graph next.</summary>
/// <returns>Whether it wants to be told of more.</returns>
public delegate bool RowAnnouncement(IReadOnlyList<LaionRow> rows);
