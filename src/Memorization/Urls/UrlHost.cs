using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Memorization.Urls;

/// <summary>A URL's host as the URL Standard parses it: percent-decoded, IDNA to ASCII, addresses in their one usual form.</summary>
internal static class UrlHost
{
    // The longest name DNS can hold, in text without the final dot.
    private const int MaxLength = 253;

    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-._");
    private static readonly SearchValues<char> Ipv6 = SearchValues.Create("0123456789abcdefABCDEF:.");
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0x21).Select(c => (char)c), .. "#%/:<>?@[\\]^|\x7f"]);
    private static readonly IdnMapping Idn = new() { AllowUnassigned = true, UseStd3AsciiRules = false };

    /// <summary>The host in ASCII, and its address if it is one; null if it is not a host.</summary>
    public static string? Parse(ReadOnlySpan<char> text, out IPAddress? address)
    {
        address = null;
        if (text.Length > 0 && text[0] == '[') return ParseIpv6(text, out address);
        if (text.IsEmpty || text.Length > 4 * MaxLength) return null;
        var host = text.ContainsAnyExcept(Plain) || text.Contains("xn--", StringComparison.Ordinal) ? ToAscii(text) : text.ToString();
        if (host is null || host.TrimEnd('.').Length is 0 or > MaxLength || host.AsSpan().ContainsAny(Forbidden)) return null;
        if (!Ipv4Literal.IsMeant(host)) return host;
        return Ipv4Literal.TryParse(host, out address) ? address!.ToString() : null;
    }

    private static string? ParseIpv6(ReadOnlySpan<char> text, out IPAddress? address)
    {
        address = null;
        if (text[^1] != ']' || text[1..^1].ContainsAnyExcept(Ipv6)) return null;
        if (!IPAddress.TryParse(text[1..^1], out address) || address.AddressFamily != AddressFamily.InterNetworkV6) return null;
        return $"[{address}]";
    }

    private static string? ToAscii(ReadOnlySpan<char> text)
    {
        var host = text.Contains('%') ? Uri.UnescapeDataString(text) : text.ToString();
        if (Ascii.IsValid(host) && !host.Contains("xn--", StringComparison.OrdinalIgnoreCase)) return host.ToLowerInvariant();
        try
        {
            return Idn.GetAscii(host).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
