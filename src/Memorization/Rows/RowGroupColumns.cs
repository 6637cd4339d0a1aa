using System.IO.Hashing;
using System.Numerics;
using ParquetSharp;

namespace Memorization.Rows;

/// <summary>The columns of one open row group. Captions are read row by row; the other columns are opened at the first row that is wanted and then follow.</summary>
internal sealed unsafe class RowGroupColumns : IDisposable
{
    private const int CaptionWindowRows = 4096;

    // A wanted row is one in thousands (a keyword) or every row (no keyword): small enough to cost little for the first, large enough for the second.
    private const int FollowerWindowRows = 256;

    private readonly LaionFile _file;
    private readonly int _rowGroup;
    private readonly List<IDisposable> _opened = [];
    private readonly RowGroupReader _reader;
    private readonly ColumnCursor<ByteArray> _captions;
    private Followers? _followers;

    public RowGroupColumns(LaionFile file, int rowGroup)
    {
        _file = file;
        _rowGroup = rowGroup;
        try
        {
            var parquet = Opened(ParquetAccess.Open(file.Path));
            _reader = Opened(parquet.RowGroup(rowGroup));
            _captions = Cursor<ByteArray>(file.Columns.Caption, CaptionWindowRows);
        }
        catch (Exception cause)
        {
            Dispose();
            if (!ParquetAccess.IsBrokenInput(cause)) throw;
            throw new BrokenInputException(file.Path, ParquetAccess.Reason(cause), rowGroup, cause: cause);
        }
    }

    private sealed record Followers(
        ColumnCursor<ByteArray> Url, Func<int, double?> Width, Func<int, double?> Height, Func<int, double?> Similarity,
        ColumnCursor<ByteArray>? License, ColumnCursor<ByteArray>? Nsfw);

    /// <summary>The caption's bytes, valid until the next call; false if it is null.</summary>
    public bool TryCaption(int row, out ReadOnlySpan<byte> caption) => TryText(_captions, row, out caption);

    /// <summary>The whole row.</summary>
    public LaionRow Row(int row, ReadOnlySpan<byte> caption)
    {
        var columns = _followers ??= Open(_file.Columns);
        var hasUrl = TryText(columns.Url, row, out var url);
        return new LaionRow
        {
            Key = Key(url, caption),
            Unit = _file.Unit(_rowGroup),
            RowInGroup = row,
            Url = hasUrl ? Decoded(url) : null,
            Caption = Decoded(caption),
            Width = Pixels(columns.Width(row)),
            Height = Pixels(columns.Height(row)),
            Similarity = columns.Similarity(row),
            License = String(columns.License, row),
            Nsfw = String(columns.Nsfw, row),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = _opened.Count - 1; i >= 0; i--) _opened[i].Dispose();
    }

    private static UInt128 Key(ReadOnlySpan<byte> url, ReadOnlySpan<byte> caption)
    {
        var hash = new XxHash128();
        hash.Append(url);
        hash.Append("\n"u8);
        hash.Append(caption);
        return hash.GetCurrentHashAsUInt128();
    }

    private static bool TryText(ColumnCursor<ByteArray> column, int row, out ReadOnlySpan<byte> text)
    {
        var isPresent = column.TryGet(row, out var bytes);
        text = new((void*)bytes.Pointer, bytes.Length);
        return isPresent;
    }

    private static string? String(ColumnCursor<ByteArray>? column, int row) =>
        column is not null && TryText(column, row, out var text) ? Decoded(text) : null;

    // Bytes that are not UTF-8 become U+FFFD; the key stays on the bytes.
    private static string Decoded(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);

    private static int? Pixels(double? value) => value is >= int.MinValue and <= int.MaxValue ? (int)value : null;

    private Followers Open(LaionColumns columns) => new(
        Cursor<ByteArray>(columns.Url, FollowerWindowRows), Number(columns.Width), Number(columns.Height), Number(columns.Similarity),
        columns.License is { } license ? Cursor<ByteArray>(license, FollowerWindowRows) : null,
        columns.Nsfw is { } nsfw ? Cursor<ByteArray>(nsfw, FollowerWindowRows) : null);

    private Func<int, double?> Number(PlainColumn? column) => column?.Type switch
    {
        null => static _ => null,
        PhysicalType.Int32 => Number<int>(column),
        PhysicalType.Int64 => Number<long>(column),
        PhysicalType.Float => Number<float>(column),
        _ => Number<double>(column),
    };

    // NaN is how pandas writes a null.
    private Func<int, double?> Number<T>(PlainColumn column)
        where T : unmanaged, INumberBase<T>
    {
        var cursor = Cursor<T>(column, FollowerWindowRows);
        return row => cursor.TryGet(row, out var value) && T.IsFinite(value) ? double.CreateChecked(value) : null;
    }

    private ColumnCursor<T> Cursor<T>(PlainColumn column, int windowRows)
        where T : unmanaged
    {
        try
        {
            using var chunk = _reader.MetaData.GetColumnChunkMetaData(column.Index);
            if (chunk.NumValues != _file.RowGroups[_rowGroup])
                throw Broken(column, $"the footer gives it {chunk.NumValues} values for {_file.RowGroups[_rowGroup]} rows", null);
            var reader = Opened((ColumnReader<T>)_reader.Column(column.Index));
            return new(reader, column.IsNullable, windowRows, (detail, cause) => Broken(column, detail, cause));
        }
        catch (Exception cause) when (ParquetAccess.IsBrokenInput(cause))
        {
            throw Broken(column, ParquetAccess.Reason(cause), cause);
        }
    }

    private BrokenInputException Broken(PlainColumn column, string detail, Exception? cause) =>
        new(_file.Path, detail, _rowGroup, column.Name, cause);

    private T Opened<T>(T disposable)
        where T : IDisposable
    {
        _opened.Add(disposable);
        return disposable;
    }
}
