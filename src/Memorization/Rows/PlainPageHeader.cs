namespace Memorization.Rows;

/// <summary>The head of a data page of PLAIN values.</summary>
/// <param name="HeaderBytes">Length of the head itself.</param>
/// <param name="CompressedBytes">Bytes that follow it in the file.</param>
/// <param name="UncompressedBytes">Bytes once decompressed, levels included.</param>
/// <param name="Values">Values, nulls included.</param>
internal readonly record struct PlainPageHeader(int HeaderBytes, int CompressedBytes, int UncompressedBytes, int Values)
{
    /// <summary>Greater pages are left to the library: a broken head must not make this program ask for memory.</summary>
    private const int MaxPageBytes = 1 << 26;

    private const int MaxPageRows = 1 << 22;

    private const int DataPage = 0, Plain = 0, Rle = 3;

    /// <summary>Reads a head; throws <see cref="InvalidDataException"/> for what is not such a page, or has a checksum to verify.</summary>
    public static PlainPageHeader Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ThriftReader(bytes);
        long kind = -1, uncompressed = -1, compressed = -1, values = -1;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1: kind = reader.Integer(); break;
                case 2: uncompressed = reader.Integer(); break;
                case 3: compressed = reader.Integer(); break;
                case 4: throw new InvalidDataException("a page with a checksum");
                case 5 when type == ThriftReader.Struct: values = DataPageValues(ref reader); break;
                default: reader.Skip(type); break;
            }
        }

        return kind == DataPage && uncompressed is >= 0 and <= MaxPageBytes && compressed is >= 0 and <= MaxPageBytes && values is >= 0 and <= MaxPageRows
            ? new PlainPageHeader(reader.Position, (int)compressed, (int)uncompressed, (int)values)
            : throw new InvalidDataException("not a plain data page");
    }

    private static long DataPageValues(ref ThriftReader reader)
    {
        long values = -1, encoding = -1, levels = -1;
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1: values = reader.Integer(); break;
                case 2: encoding = reader.Integer(); break;
                case 3: levels = reader.Integer(); break;
                default: reader.Skip(type); break;
            }
        }

        return encoding == Plain && levels == Rle ? values : throw new InvalidDataException("not a plain data page");
    }
}
