using System.Buffers.Binary;

namespace Memorization.Benchmarks;

/// <summary>Damages an image file as transfers, disks and ill will do; the same seed, the same damage.</summary>
internal static class Mutation
{
    private const int LargestFile = 4 << 20;

    /// <summary>One to three changes of a copy.</summary>
    public static byte[] Apply(byte[] image, Random random)
    {
        var bytes = image.ToArray();
        for (var changes = random.Next(1, 4); changes > 0 && bytes.Length > 16; changes--)
        {
            bytes = random.Next(7) switch
            {
                0 => bytes[..random.Next(1, bytes.Length)],
                1 => Flip(bytes, random),
                2 => Swap(bytes, random),
                3 or 4 => Header(bytes, random),
                5 => Repeat(bytes, random),
                _ => Remove(bytes, random),
            };
        }

        return bytes;
    }

    private static byte[] Flip(byte[] bytes, Random random)
    {
        var within = random.Next(2) == 0 ? Math.Min(bytes.Length, 64) : bytes.Length;
        for (var flips = random.Next(1, 65); flips > 0; flips--) bytes[random.Next(within)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] Swap(byte[] bytes, Random random)
    {
        var length = random.Next(1, Math.Min(bytes.Length / 2, 4096));
        var (a, b) = (random.Next(bytes.Length - length), random.Next(bytes.Length - length));
        var block = bytes.AsSpan(a, length).ToArray();
        bytes.AsSpan(b, length).CopyTo(bytes.AsSpan(a));
        block.CopyTo(bytes.AsSpan(b));
        return bytes;
    }

    private static byte[] Remove(byte[] bytes, Random random)
    {
        var length = random.Next(1, Math.Min(bytes.Length / 2, 4096));
        var at = random.Next(bytes.Length - length);
        return [.. bytes[..at], .. bytes[(at + length)..]];
    }

    // Of a JPEG a scan with its tables, again and again; of others any part.
    private static byte[] Repeat(byte[] bytes, Random random)
    {
        var from = bytes.AsSpan().LastIndexOf(new byte[] { 0xFF, 0xDA });
        var to = bytes.Length - 2;
        if (bytes[0] != 0xFF || from < 0)
        {
            from = random.Next(bytes.Length - 1);
            to = random.Next(from + 1, bytes.Length);
        }

        if (to <= from) return bytes;
        var times = Math.Min(random.Next(1, 120), (LargestFile - bytes.Length) / (to - from));
        if (times < 1) return bytes;
        var repeated = new byte[bytes.Length + (times * (to - from))];
        bytes.AsSpan(0, from).CopyTo(repeated);
        for (var at = 0; at < times; at++) bytes.AsSpan(from, to - from).CopyTo(repeated.AsSpan(from + (at * (to - from))));
        bytes.AsSpan(from).CopyTo(repeated.AsSpan(from + (times * (to - from))));
        return repeated;
    }

    // Another width and height, where the format has them; a PNG's header is signed anew.
    private static byte[] Header(byte[] bytes, Random random)
    {
        var (width, height) = (Side(random), Side(random));
        if (bytes.Length < 34) return bytes;
        switch (bytes[0])
        {
            case 0xFF:
                var frame = bytes.AsSpan().IndexOfAny(new byte[] { 0xFF, 0xC0 }, [0xFF, 0xC2]);
                if (frame < 0 || frame + 9 > bytes.Length) break;
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 5), (ushort)height);
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(frame + 7), (ushort)width);
                break;
            case 0x89:
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
                if (random.Next(2) == 0) bytes[28] ^= 1;
                if (random.Next(4) == 0) (bytes[24], bytes[25]) = ((byte)(1 << random.Next(5)), (byte)random.Next(7));
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(29), System.IO.Hashing.Crc32.HashToUInt32(bytes.AsSpan(12, 17)));
                break;
            case (byte)'G':
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)width);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)height);
                break;
            case (byte)'R':
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(24 + random.Next(4)), (ushort)width);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(26 + random.Next(4)), (ushort)height);
                break;
            case (byte)'B':
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), random.Next(2) == 0 ? height : -height);
                break;
            default:
                bytes[random.Next(32)] = (byte)random.Next(256);
                break;
        }

        return bytes;
    }

    // Of every order of magnitude up to 16,000.
    private static int Side(Random random) => (int)Math.Pow(2, random.NextDouble() * 14);

    private static int IndexOfAny(this Span<byte> bytes, byte[] one, byte[] other)
    {
        var (a, b) = (bytes.IndexOf(one), bytes.IndexOf(other));
        return a < 0 || (b >= 0 && b < a) ? b : a;
    }
}
