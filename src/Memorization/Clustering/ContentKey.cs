using System.Buffers.Binary;
using System.Globalization;

namespace Memorization.Clustering;

/// <summary>The SHA-256 that names an image's content, in 32 bytes; ordered as its hexadecimal digits are, ordinally.</summary>
public readonly record struct ContentKey : IComparable<ContentKey>
{
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private ContentKey(UInt128 high, UInt128 low)
    {
        _high = high;
        _low = low;
    }

    /// <summary>The key in <paramref name="hash"/>, 32 bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static ContentKey FromBytes(ReadOnlySpan<byte> hash) => hash.Length == 32
        ? new ContentKey(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]))
        : throw new ArgumentException($"A content key has 32 bytes, not {hash.Length}.", nameof(hash));

    /// <summary>The key written as 64 hexadecimal digits, in either case.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static ContentKey Parse(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        return digits.Length == 64 && Half(digits.AsSpan(0, 32), out var high) && Half(digits.AsSpan(32), out var low)
            ? new ContentKey(high, low)
            : throw new FormatException($"A content key has 64 hexadecimal digits: \"{digits}\" has not.");

        static bool Half(ReadOnlySpan<char> digits, out UInt128 half) =>
            UInt128.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out half);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> hash)
    {
        BinaryPrimitives.WriteUInt128BigEndian(hash, _high);
        BinaryPrimitives.WriteUInt128BigEndian(hash[16..], _low);
    }

    /// <inheritdoc/>
    public int CompareTo(ContentKey other) => _high != other._high ? _high.CompareTo(other._high) : _low.CompareTo(other._low);

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_high:x32}{_low:x32}");

    /// <summary>Whether <paramref name="left"/> comes before <paramref name="right"/>.</summary>
    public static bool operator <(ContentKey left, ContentKey right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> comes after <paramref name="right"/>.</summary>
    public static bool operator >(ContentKey left, ContentKey right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not come after <paramref name="right"/>.</summary>
    public static bool operator <=(ContentKey left, ContentKey right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not come before <paramref name="right"/>.</summary>
    public static bool operator >=(ContentKey left, ContentKey right) => left.CompareTo(right) >= 0;
}
