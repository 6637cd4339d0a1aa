using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Memorization.Rows;

/// <summary>Where a column chunk of PLAIN values lies in its file, and how its pages are compressed.</summary>
/// <param name="Offset">Bytes from the start of the file to the first page.</param>
/// <param name="Bytes">Bytes of all its pages.</param>
/// <param name="IsSnappy">Whether pages are compressed with Snappy; otherwise they are not.</param>
internal sealed record PlainChunk(long Offset, long Bytes, bool IsSnappy)
{
    private const int TailBytes = 8;
    private const int MaxFooterBytes = 1 << 28;
    private const int Plain = 0, Rle = 3, BitPacked = 4;
    private const int Uncompressed = 0, Snappy = 1;

    /// <summary>The chunks of some columns in every row group, null for those that hold anything but plain pages; none at all if the footer says something unexpected.</summary>
    /// <returns>By row group, then in the order of <paramref name="columns"/>.</returns>
    public static PlainChunk?[][] Find(string path, int[] columns)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return Find(Footer(file), columns);
        }
        catch (InvalidDataException)
        {
            // Only a faster way is lost; what is wrong with the file is for the library to say.
            return [];
        }
    }

    private static byte[] Footer(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        Span<byte> tail = stackalloc byte[TailBytes];
        if (length < TailBytes || RandomAccess.Read(file, tail, length - TailBytes) < TailBytes) throw new InvalidDataException();
        var bytes = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (bytes is < 0 or > MaxFooterBytes || bytes > length - TailBytes || !tail[4..].SequenceEqual("PAR1"u8)) throw new InvalidDataException();
        var footer = new byte[bytes];
        return RandomAccess.Read(file, footer, length - TailBytes - bytes) == bytes ? footer : throw new InvalidDataException();
    }

    // FileMetaData.row_groups is field 4, RowGroup.columns 1, ColumnChunk.meta_data 3 (Parquet's parquet.thrift).
    private static PlainChunk?[][] Find(byte[] footer, int[] columns)
    {
        var reader = new ThriftReader(footer);
        PlainChunk?[][] groups = [];
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            if (id != 4 || type != ThriftReader.List)
            {
                reader.Skip(type);
                continue;
            }

            groups = new PlainChunk?[reader.Elements(out _)][];
            for (var i = 0; i < groups.Length; i++) groups[i] = RowGroup(ref reader, columns);
        }

        return groups;
    }

    private static PlainChunk?[] RowGroup(ref ThriftReader reader, int[] columns)
    {
        var found = new PlainChunk?[columns.Length];
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            if (id != 1 || type != ThriftReader.List)
            {
                reader.Skip(type);
                continue;
            }

            var count = reader.Elements(out _);
            for (var i = 0; i < count; i++)
            {
                var chunk = ColumnChunk(ref reader);
                for (var c = 0; c < columns.Length; c++)
                    if (columns[c] == i) found[c] = chunk;
            }
        }

        return found;
    }

    private static PlainChunk? ColumnChunk(ref ThriftReader reader)
    {
        PlainChunk? chunk = null;
        var isElsewhere = false;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            if (id == 3 && type == ThriftReader.Struct)
            {
                chunk = MetaData(ref reader);
                continue;
            }

            // file_path, crypto_metadata, encrypted_column_metadata.
            isElsewhere |= id is 1 or 8 or 9;
            reader.Skip(type);
        }

        return isElsewhere ? null : chunk;
    }

    private static PlainChunk? MetaData(ref ThriftReader reader)
    {
        long codec = -1, bytes = 0, offset = 0;
        var isPlain = true;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 2 when type == ThriftReader.List:
                    for (var left = reader.Elements(out _); left > 0; left--) isPlain &= reader.Integer() is Plain or Rle or BitPacked;
                    break;
                case 4: codec = reader.Integer(); break;
                case 7: bytes = reader.Integer(); break;
                case 9: offset = reader.Integer(); break;
                default:
                    isPlain &= id != 11; // dictionary_page_offset
                    reader.Skip(type);
                    break;
            }
        }

        return isPlain && codec is Uncompressed or Snappy && bytes > 0 && offset > 0 ? new PlainChunk(offset, bytes, codec == Snappy) : null;
    }
}
