using System.Globalization;
using Memorization.Rows;

namespace Memorization.Store;

/// <summary>The rows that earlier runs selected, unit by unit. One query a file, whose units have to be asked for in order.</summary>
internal sealed class StoredRows(StoreDatabase database) : IDisposable
{
    private UInt128 _file;
    private IEnumerator<LaionRow>? _rows;
    private LaionRow? _next;

    /// <summary>The rows of a unit in the order of the file, those included that stand elsewhere first.</summary>
    public IEnumerable<LaionRow> Of(UnitId unit)
    {
        if (_rows is null || _file != unit.FileContent) Open(unit.FileContent);
        while (_next is not null && _next.Unit.RowGroup < unit.RowGroup) _next = Read();
        while (_next is not null && _next.Unit == unit)
        {
            yield return _next;
            _next = Read();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _rows?.Dispose();

    private LaionRow? Read() => _rows!.MoveNext() ? _rows.Current : null;

    private void Open(UInt128 file)
    {
        _rows?.Dispose();
        _file = file;
        _rows = database.Stream(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT row_key, source_row_group, source_row, url, caption, width, height, license, nsfw, similarity
            FROM (SELECT * FROM rows UNION ALL SELECT * FROM duplicates) WHERE source_content = '{file:x32}' ORDER BY source_row_group, source_row
            """), reader => new LaionRow
        {
            Key = UInt128.Parse(reader.GetString(0), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            Unit = new UnitId(file, reader.GetInt32(1)),
            RowInGroup = reader.GetInt32(2),
            Url = reader.IsDBNull(3) ? null : reader.GetString(3),
            Caption = reader.GetString(4),
            Width = reader.IsDBNull(5) ? null : reader.GetInt32(5),
            Height = reader.IsDBNull(6) ? null : reader.GetInt32(6),
            License = reader.IsDBNull(7) ? null : reader.GetString(7),
            Nsfw = reader.IsDBNull(8) ? null : reader.GetString(8),
            Similarity = reader.IsDBNull(9) ? null : reader.GetDouble(9),
        }).GetEnumerator();
        _next = Read();
    }
}
