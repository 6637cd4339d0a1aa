using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Memorization.Captions;

/// <summary>Finds where in raw UTF-8, be it one caption or a page of them, one of several anchors may stand: parts of keywords, in small letters of ASCII. Immutable, thread-safe.</summary>
/// <remarks>
/// <para>Sixteen places at a time: of each place's next three bytes the halves are looked up in tables that say which anchors may go on so
/// (Teddy, from Intel's Hyperscan), so four keywords cost what one does. What passes is compared in full.</para>
/// <para>Also found is all that can bring a letter or digit of ASCII into the canonical caption: a character reference by number, and those
/// special letters and names that bring a letter which an anchor has.</para>
/// </remarks>
internal sealed class CandidateSearch
{
    private const int FingerprintBytes = 3;
    private const int Buckets = 8;

    // English letters from frequent to rare; what is not here is rarer.
    private const string Frequent = "etaoinsrhldcumfpgwybvkxjqz";

    // What the canonical caption has in the place of each: İ, ı, ſ, the Kelvin sign.
    private static readonly (byte[] Bytes, string Brings)[] Specials =
    [
        ("İ"u8.ToArray(), "i"), ("ı"u8.ToArray(), "i"), ("ſ"u8.ToArray(), "s"), ("\u212A"u8.ToArray(), "k"),
        ("&imath;"u8.ToArray(), "i"), ("&inodot;"u8.ToArray(), "i"), ("&Idot;"u8.ToArray(), "i"), ("&fjlig;"u8.ToArray(), "fj"),
    ];

    private static readonly byte[] ByNumber = "&#"u8.ToArray();

    private static readonly SearchValues<byte> OutsideAscii = SearchValues.Create([(byte)'&', .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b)]);

    private readonly bool _anyLetterOutsideAscii;
    private readonly (byte[] Bytes, int Offset)[][] _buckets = new (byte[], int)[Buckets][];
    private readonly Vector128<byte>[] _low = new Vector128<byte>[FingerprintBytes];
    private readonly Vector128<byte>[] _high = new Vector128<byte>[FingerprintBytes];

    /// <param name="anchors">What is searched for; an empty one stands for any letter outside ASCII.</param>
    public CandidateSearch(IReadOnlyList<byte[]> anchors)
    {
        _anyLetterOutsideAscii = anchors.Any(anchor => anchor.Length == 0);
        var letters = anchors.SelectMany(anchor => anchor).Select(b => (char)b).ToHashSet();
        var patterns = anchors.Where(anchor => anchor.Length > 0)
            .Concat(Specials.Where(special => special.Brings.Any(letters.Contains)).Select(special => special.Bytes))
            .Append(ByNumber)
            .Select(bytes => bytes.Select(Folded).ToArray())
            .DistinctBy(Convert.ToHexString).Select(bytes => (Bytes: bytes, Offset: Rarest(bytes)))
            // Those that begin alike share a bucket: it then lets the least through that is none of them.
            .OrderBy(pattern => Convert.ToHexString(pattern.Bytes.AsSpan(pattern.Offset)), StringComparer.Ordinal).ToList();
        for (var i = 0; i < Buckets; i++) _buckets[i] = [.. patterns.Where((_, at) => at * Buckets / patterns.Count == i)];
        for (var i = 0; i < FingerprintBytes; i++) (_low[i], _high[i]) = Tables(i);
    }

    /// <summary>The start of the first anchor or special letter; −1 if there is none. It may be a false one, but none is left out.</summary>
    public int IndexIn(ReadOnlySpan<byte> utf8)
    {
        if (!_anyLetterOutsideAscii) return IndexOfPattern(utf8);
        var outside = utf8.IndexOfAny(OutsideAscii);
        var inside = IndexOfPattern(outside < 0 ? utf8 : utf8[..outside]);
        return inside >= 0 ? inside : outside;
    }

    private int IndexOfPattern(ReadOnlySpan<byte> utf8)
    {
        const int BlockBytes = 16 + FingerprintBytes - 1;
        var at = 0;
        for (; at <= utf8.Length - BlockBytes; at += Vector128<byte>.Count)
            if (FirstInBlock(utf8, at) is >= 0 and var found) return found;
        // The last places lie in a block that overlaps the one before; what is over, or a text too short for a block, is looked at place by place.
        if (utf8.Length >= BlockBytes && FirstInBlock(utf8, utf8.Length - BlockBytes) is >= 0 and var last) return last;
        for (at = Math.Max(0, utf8.Length - (utf8.Length >= BlockBytes ? FingerprintBytes - 1 : BlockBytes)); at < utf8.Length; at++)
            if (Verify(utf8, at, byte.MaxValue) is >= 0 and var found) return found;
        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FirstInBlock(ReadOnlySpan<byte> utf8, int at)
    {
        ref var start = ref MemoryMarshal.GetReference(utf8);
        var buckets = Fits(Vector128.LoadUnsafe(ref start, (nuint)at), _low[0], _high[0])
            & Fits(Vector128.LoadUnsafe(ref start, (nuint)at + 1), _low[1], _high[1])
            & Fits(Vector128.LoadUnsafe(ref start, (nuint)at + 2), _low[2], _high[2]);
        if (buckets == Vector128<byte>.Zero) return -1;
        for (var places = ~Vector128.Equals(buckets, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF; places != 0; places &= places - 1)
        {
            var place = BitOperations.TrailingZeroCount(places);
            if (Verify(utf8, at + place, buckets[place]) is >= 0 and var found) return found;
        }

        return -1;
    }

    private static Vector128<byte> Fits(Vector128<byte> bytes, Vector128<byte> low, Vector128<byte> high)
    {
        var folded = bytes | Vector128.Create((byte)0x20);
        return Vector128.Shuffle(low, folded & Vector128.Create((byte)0x0F)) & Vector128.Shuffle(high, folded >>> 4);
    }

    /// <summary>The start of an anchor whose fingerprint stands at a place; −1 if none does.</summary>
    private int Verify(ReadOnlySpan<byte> utf8, int place, byte buckets)
    {
        for (var left = (uint)buckets; left != 0; left &= left - 1)
        {
            foreach (var (bytes, offset) in _buckets[BitOperations.TrailingZeroCount(left)])
            {
                var start = place - offset;
                if (start >= 0 && start <= utf8.Length - bytes.Length && Stands(utf8[start..], bytes)) return start;
            }
        }

        return -1;
    }

    private static bool Stands(ReadOnlySpan<byte> utf8, byte[] pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
            if (Folded(utf8[i]) != pattern[i]) return false;
        return !pattern.AsSpan().SequenceEqual(ByNumber) || BringsLetter(utf8[pattern.Length..]);
    }

    // Whether a reference by number, after its &#, is a letter or digit of ASCII, becomes one, or may vanish from between them as control
    // and non-characters do. An apostrophe (&#39;) is frequent and does none of it.
    private static bool BringsLetter(ReadOnlySpan<byte> number)
    {
        const int MaxDigits = 12;
        var isHex = number.Length > 0 && number[0] is (byte)'x' or (byte)'X';
        if (isHex) number = number[1..];
        var digits = 0;
        while (digits < number.Length && (isHex ? char.IsAsciiHexDigit((char)number[digits]) : char.IsAsciiDigit((char)number[digits]))) digits++;
        if (digits > MaxDigits) return true;
        return long.TryParse(number[..digits], isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && (code is >= 0x20 and < 0x7F ? char.IsAsciiLetterOrDigit((char)code) : code is < 0xA0 or 0x130 or 0x131 or 0x17F or 0x212A or >= 0xD800);
    }

    // Capitals become small; other bytes may become each other, which gives false candidates at worst.
    private static byte Folded(byte value) => (byte)(value | 0x20);

    private static int Rarest(byte[] pattern) => Enumerable.Range(0, Math.Max(1, pattern.Length - FingerprintBytes + 1))
        .MaxBy(at => pattern.Skip(at).Take(FingerprintBytes).Sum(b => Frequent.IndexOf((char)b, StringComparison.Ordinal) is >= 0 and var rank ? rank : Frequent.Length));

    private (Vector128<byte> Low, Vector128<byte> High) Tables(int position)
    {
        Span<byte> low = stackalloc byte[16];
        Span<byte> high = stackalloc byte[16];
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            foreach (var (bytes, offset) in _buckets[bucket])
            {
                var bit = (byte)(1 << bucket);
                // An anchor too short for this position fits whatever stands there.
                for (var half = 0; half < 16; half++)
                {
                    if (offset + position >= bytes.Length || (bytes[offset + position] & 0x0F) == half) low[half] |= bit;
                    if (offset + position >= bytes.Length || bytes[offset + position] >> 4 == half) high[half] |= bit;
                }
            }
        }

        return (Vector128.Create<byte>(low), Vector128.Create<byte>(high));
    }
}
