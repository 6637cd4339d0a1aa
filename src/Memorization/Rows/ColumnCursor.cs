using ParquetSharp;

namespace Memorization.Rows;

/// <summary>Walks forward through one column of a row group by row number, holding one window of values. Not thread-safe.</summary>
/// <remarks>A value that is a pointer (<see cref="ByteArray"/>) is valid until a row beyond the window is asked for.</remarks>
/// <typeparam name="T">The physical type.</typeparam>
internal sealed class ColumnCursor<T>
    where T : unmanaged
{
    private readonly ColumnReader<T> _reader;
    private readonly Func<string, Exception?, BrokenInputException> _broken;
    private readonly short[]? _levels;
    private readonly T[] _values;
    private int _first;
    private int _end;

    /// <param name="reader">The column, which stays the caller's to dispose.</param>
    /// <param name="isNullable">Whether the column has definition levels.</param>
    /// <param name="windowRows">Rows decoded at a time; a window never spans two pages.</param>
    /// <param name="broken">Makes the exception that names the place.</param>
    public ColumnCursor(ColumnReader<T> reader, bool isNullable, int windowRows, Func<string, Exception?, BrokenInputException> broken)
    {
        _reader = reader;
        _broken = broken;
        _levels = isNullable ? new short[windowRows] : null;
        _values = new T[windowRows];
    }

    /// <summary>The value in a row; false if it is null. Rows must not go back; pages between two calls are skipped without decoding.</summary>
    /// <exception cref="BrokenInputException">The column is corrupt or ends before the row.</exception>
    public bool TryGet(int row, out T value)
    {
        if (row >= _end) Load(row);
        value = _values[row - _first];
        return _levels is null || _levels[row - _first] != 0;
    }

    private void Load(int row)
    {
        long levels, values;
        try
        {
            if (row > _end && _reader.Skip(row - _end) != row - _end) throw _broken($"it ends before row {row}", null);
            levels = _reader.ReadBatch(_values.Length, _levels, null, _values, out values);
        }
        catch (Exception cause) when (ParquetAccess.IsBrokenInput(cause))
        {
            throw _broken(ParquetAccess.Reason(cause), cause);
        }

        if (levels <= 0) throw _broken($"it ends before row {row}", null);
        if (_levels is not null && values < levels) Spread((int)levels, (int)values);
        else if (values != levels) throw _broken($"a page has {values} values for {levels} rows", null);
        _first = row;
        _end = row + (int)levels;
    }

    // Values come without gaps for the nulls: move each to the place of its row, last first.
    private void Spread(int rows, int values)
    {
        var present = rows - _levels.AsSpan(0, rows).Count((short)0);
        if (values != present) throw _broken($"a page has {values} values for {present} rows that are not null", null);
        for (var row = rows - 1; row >= 0; row--)
            _values[row] = _levels![row] != 0 ? _values[--values] : default;
    }
}
