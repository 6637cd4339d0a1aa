using System.Buffers.Binary;

namespace Memorization.Rows;

/// <summary>Walks forward through a structure in Thrift's compact protocol, which Parquet's footer and page headers are written in. Every step is checked against the end.</summary>
/// <remarks>Source: the Thrift project's description of the compact protocol.</remarks>
/// <param name="bytes">The structure, and perhaps more after it.</param>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    public const int Struct = 12;
    public const int List = 9;
    public const int Set = 10;

    // Deeper than any structure of Parquet's: nobody's bytes may exhaust the stack.
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Goes to the next field of the structure; false at its end. What it holds has to be read, entered or skipped.</summary>
    /// <param name="id">The last field's id, 0 at the start; the new one's.</param>
    /// <param name="type">The field's wire type.</param>
    public bool NextField(ref int id, out int type)
    {
        var head = Byte();
        type = head & 0x0F;
        if (head == 0) return false;
        id = head >> 4 is var step and > 0 ? id + step : (int)Integer();
        return true;
    }

    /// <summary>A zigzag integer of any width.</summary>
    public long Integer()
    {
        var raw = Unsigned();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    /// <summary>The head of a list: how many elements follow, and their wire type.</summary>
    public int Elements(out int type)
    {
        var head = Byte();
        type = head & 0x0F;
        var count = head >> 4 is var few and < 15 ? (ulong)few : Unsigned();
        // Each element takes at least a byte.
        return count <= (ulong)(_bytes.Length - Position) ? (int)count : throw Broken();
    }

    /// <summary>Passes over a value.</summary>
    public void Skip(int type, int depth = 0)
    {
        if (depth > MaxDepth) throw Broken();
        switch (type)
        {
            case 1 or 2: break; // A boolean is in the field's head.
            case 3: Advance(1); break;
            case 4 or 5 or 6: Unsigned(); break;
            case 7: Advance(8); break;
            case 8: Advance((long)Math.Min(Unsigned(), long.MaxValue)); break;
            case List or Set:
                var count = Elements(out var element);
                for (var i = 0; i < count; i++) SkipElement(element, depth);
                break;
            case Struct:
                var id = 0;
                while (NextField(ref id, out var field)) Skip(field, depth + 1);
                break;
            default: throw Broken();
        }
    }

    // In a list a boolean is a byte of its own.
    private void SkipElement(int type, int depth)
    {
        if (type is 1 or 2) Advance(1);
        else Skip(type, depth + 1);
    }

    private ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw Broken();
    }

    private byte Byte() => Position < _bytes.Length ? _bytes[Position++] : throw Broken();

    private void Advance(long bytes)
    {
        if (bytes > _bytes.Length - Position) throw Broken();
        Position += (int)bytes;
    }

    private static InvalidDataException Broken() => new("not a structure in Thrift's compact protocol, or cut short");
}
