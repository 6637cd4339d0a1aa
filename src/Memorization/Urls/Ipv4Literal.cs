using System.Net;

namespace Memorization.Urls;

/// <summary>IPv4 addresses as URLs write them: one to four parts, each decimal, octal (0…) or hexadecimal (0x…), the last filling what is left.</summary>
/// <remarks>URL Standard, "ends in a number checker" and "IPv4 parser": 2130706433, 0x7f.1 and 0177.0.0.1 are all 127.0.0.1.</remarks>
internal static class Ipv4Literal
{
    /// <summary>True if the host is meant as an IPv4 address, well-formed or not: its last label is a number.</summary>
    public static bool IsMeant(ReadOnlySpan<char> host)
    {
        if (host.EndsWith('.')) host = host[..^1];
        var last = host[(host.LastIndexOf('.') + 1)..];
        return !last.IsEmpty && char.IsAsciiDigit(last[0]) && (!last.ContainsAnyExceptInRange('0', '9') || TryNumber(last, out _));
    }

    /// <summary>The address, or false if a part is no number or too large.</summary>
    public static bool TryParse(ReadOnlySpan<char> host, out IPAddress? address)
    {
        address = null;
        if (host.EndsWith('.')) host = host[..^1];
        uint high = 0;
        for (var part = 0; part < 4; part++)
        {
            var dot = host.IndexOf('.');
            if (!TryNumber(dot < 0 ? host : host[..dot], out var number)) return false;
            if (dot < 0)
            {
                // The last part holds all bytes that the parts before it did not.
                if (number >= 1UL << (8 * (4 - part))) return false;
                var value = high | (uint)number;
                address = new IPAddress([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
                return true;
            }

            if (number > 255) return false;
            high |= (uint)number << (24 - 8 * part);
            host = host[(dot + 1)..];
        }

        return false;
    }

    // Larger than 32 bits is kept as a number out of range, so that it is refused as an address and not looked up as a name.
    private static bool TryNumber(ReadOnlySpan<char> digits, out ulong number)
    {
        number = 0;
        if (digits.IsEmpty) return false;
        var radix = 10u;
        if (digits.Length >= 2 && digits[0] == '0')
        {
            radix = digits[1] is 'x' or 'X' ? 16u : 8u;
            digits = digits[(radix == 16 ? 2 : 1)..];
        }

        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit)) return false;
            var value = (uint)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
            if (value >= radix) return false;
            number = Math.Min(number * radix + value, 1UL << 33);
        }

        return true;
    }
}
