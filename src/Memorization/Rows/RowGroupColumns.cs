using System.IO.Hashing;
using System.Numerics;
using ParquetSharp;

namespace Memorization.Rows;

/// <summary>The columns of one open row group. Captions are read row by row; every other column is opened when it is first asked for and then follows.</summary>
internal sealed unsafe class RowGroupColumns : IDisposable
{
    private const int CaptionWindowRows = 4096;

    // A wanted row is one in thousands (a keyword) or every row (no keyword): small enough to cost little for the first, large enough for the second.
    private const int FollowerWindowRows = 256;

    private readonly LaionFile _file;
    private readonly int _rowGroup;
    private readonly List<IDisposable> _opened = [];
    private readonly RowGroupReader _reader;
    private readonly TextColumn _captions;
    private readonly TextColumn _urls;
    private byte[] _hashed = [];
    private ColumnCursor<ByteArray>? _licenses;
    private ColumnCursor<ByteArray>? _nsfw;
    private Func<int, double?>? _widths;
    private Func<int, double?>? _heights;
    private Func<int, double?>? _similarities;

    public RowGroupColumns(LaionFile file, int rowGroup)
    {
        _file = file;
        _rowGroup = rowGroup;
        try
        {
            var parquet = Opened(ParquetAccess.Open(file.Path));
            _reader = Opened(parquet.RowGroup(rowGroup));
            _captions = Plain(file.Columns.Caption, file.PlainCaptions(rowGroup), CaptionWindowRows);
            _urls = Plain(file.Columns.Url, file.PlainUrls(rowGroup), FollowerWindowRows);
        }
        catch (Exception cause)
        {
            Dispose();
            if (!ParquetAccess.IsBrokenInput(cause)) throw;
            throw new BrokenInputException(file.Path, ParquetAccess.Reason(cause), rowGroup, cause: cause);
        }
    }

    /// <summary>The caption's bytes, valid until the next call; false if it is null.</summary>
    public bool TryCaption(int row, out ReadOnlySpan<byte> caption) => _captions.TryGet(row, out caption);

    /// <summary>Whether the caption last asked for may be wanted, by a search over its whole page.</summary>
    public bool IsCandidate(int row, CaptionSearch search) => _captions.IsCandidate(row, search);

    /// <summary>The whole row.</summary>
    public LaionRow Row(int row, ReadOnlySpan<byte> caption)
    {
        var hasUrl = _urls.TryGet(row, out var url);
        return new LaionRow
        {
            Key = Key(url, caption),
            Unit = _file.Unit(_rowGroup),
            RowInGroup = row,
            Url = hasUrl ? Decoded(url) : null,
            Caption = Decoded(caption),
            Width = Pixels(Width(row)),
            Height = Pixels(Height(row)),
            Similarity = Similarity(row),
            License = String(ref _licenses, _file.Columns.License, row),
            Nsfw = String(ref _nsfw, _file.Columns.Nsfw, row),
        };
    }

    /// <summary>A number of the row; null if it is absent or not finite.</summary>
    public double? Similarity(int row) => (_similarities ??= Number(_file.Columns.Similarity))(row);

    /// <inheritdoc cref="Similarity"/>
    public double? Width(int row) => (_widths ??= Number(_file.Columns.Width))(row);

    /// <inheritdoc cref="Similarity"/>
    public double? Height(int row) => (_heights ??= Number(_file.Columns.Height))(row);

    /// <summary>The bytes of a word of the row, valid until the next call; empty if it is absent.</summary>
    public ReadOnlySpan<byte> Nsfw(int row) => Word(ref _nsfw, _file.Columns.Nsfw, row);

    /// <inheritdoc cref="Nsfw"/>
    public ReadOnlySpan<byte> License(int row) => Word(ref _licenses, _file.Columns.License, row);

    /// <summary>The least and the greatest number of the row group by the footer's statistics, which leave nulls and NaN out; null if it has none.</summary>
    public (double Least, double Greatest)? SimilarityRange => Range(_file.Columns.Similarity);

    /// <inheritdoc cref="SimilarityRange"/>
    public (double Least, double Greatest)? WidthRange => Range(_file.Columns.Width);

    /// <inheritdoc cref="SimilarityRange"/>
    public (double Least, double Greatest)? HeightRange => Range(_file.Columns.Height);

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = _opened.Count - 1; i >= 0; i--) _opened[i].Dispose();
    }

    // In one piece: a hash of pieces has a state of half a kilobyte, for each row.
    private UInt128 Key(ReadOnlySpan<byte> url, ReadOnlySpan<byte> caption)
    {
        var length = url.Length + 1 + caption.Length;
        if (_hashed.Length < length) _hashed = new byte[2 * length];
        url.CopyTo(_hashed);
        _hashed[url.Length] = (byte)'\n';
        caption.CopyTo(_hashed.AsSpan(url.Length + 1));
        return XxHash128.HashToUInt128(_hashed.AsSpan(0, length));
    }

    private static bool TryText(ColumnCursor<ByteArray> column, int row, out ReadOnlySpan<byte> text)
    {
        var isPresent = column.TryGet(row, out var bytes);
        text = new((void*)bytes.Pointer, bytes.Length);
        return isPresent;
    }

    private string? String(ref ColumnCursor<ByteArray>? cursor, PlainColumn? column, int row) =>
        column is not null && TryText(cursor ??= Text(column), row, out var text) ? Decoded(text) : null;

    private ReadOnlySpan<byte> Word(ref ColumnCursor<ByteArray>? cursor, PlainColumn? column, int row) =>
        column is not null && TryText(cursor ??= Text(column), row, out var text) ? text : default;

    private (double Least, double Greatest)? Range(PlainColumn? column)
    {
        if (column is null) return null;
        try
        {
            using var chunk = _reader.MetaData.GetColumnChunkMetaData(column.Index);
            using var statistics = chunk.Statistics;
            return statistics switch
            {
                Statistics<int> { HasMinMax: true } range => (range.Min, range.Max),
                Statistics<long> { HasMinMax: true } range => (range.Min, range.Max),
                Statistics<float> { HasMinMax: true } range => (range.Min, range.Max),
                Statistics<double> { HasMinMax: true } range => (range.Min, range.Max),
                _ => null,
            };
        }
        catch (Exception cause) when (ParquetAccess.IsBrokenInput(cause))
        {
            throw Broken(column, ParquetAccess.Reason(cause), cause);
        }
    }

    // Bytes that are not UTF-8 become U+FFFD; the key stays on the bytes.
    private static string Decoded(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);

    private static int? Pixels(double? value) => value is >= int.MinValue and <= int.MaxValue ? (int)value : null;

    private TextColumn Plain(PlainColumn column, PlainChunk? chunk, int windowRows) => new(
        chunk is null ? null : Opened(new PlainPages(_file.Path, chunk, column.IsNullable)), () => Cursor<ByteArray>(column, windowRows));

    private ColumnCursor<ByteArray> Text(PlainColumn column) => Cursor<ByteArray>(column, FollowerWindowRows);

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
