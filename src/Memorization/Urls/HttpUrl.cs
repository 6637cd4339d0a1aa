using System.Buffers;
using System.Globalization;
using System.Net;
using Memorization.Flow;

namespace Memorization.Urls;

/// <summary>Reads an http or https URL as a browser does (URL Standard, url.spec.whatwg.org) and writes it as it will be requested.</summary>
/// <remarks>
/// Differences, on purpose: the fragment is dropped; a URL with user info is refused, since its credentials were not given to us; so are port 0,
/// hosts longer than a DNS name, and URLs of more than <see cref="MaxLength"/> characters.
/// White space of every kind is trimmed at both ends, not only ASCII's.
/// Percent-encoding in path and query is kept as received: servers that sign URLs compare bytes.
/// </remarks>
/// <param name="Url">What will be requested.</param>
/// <param name="Host">The URL's host: lower-case ASCII, an IPv6 address in brackets.</param>
/// <param name="Address">The host, if it is an address.</param>
internal readonly record struct HttpUrl(Uri Url, string Host, IPAddress? Address)
{
    /// <summary>Longer request lines are refused by the usual servers.</summary>
    public const int MaxLength = 8192;

    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Parses <paramref name="text"/>, against <paramref name="from"/> if it is relative.</summary>
    /// <returns>Null, or why not: <see cref="Reason.InvalidUrl"/> or <see cref="Reason.UnsupportedScheme"/>. No text makes it throw.</returns>
    public static Reason? TryParse(string text, Uri? from, out HttpUrl parsed)
    {
        parsed = default;
        if (text.Length > MaxLength) return Reason.InvalidUrl;
        if (text.AsSpan().ContainsAny("\t\r\n")) text = string.Concat(text.Split('\t', '\r', '\n'));
        var rest = Trim(text);
        var hash = rest.IndexOf('#');
        if (hash >= 0) rest = rest[..hash];

        var scheme = SchemeOf(rest);
        if (!scheme.IsEmpty) rest = rest[(scheme.Length + 1)..];
        var secure = scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        if (!scheme.IsEmpty && !secure && !scheme.Equals("http", StringComparison.OrdinalIgnoreCase)) return Reason.UnsupportedScheme;
        if (from is not null && (scheme.IsEmpty || (scheme.Equals(from.Scheme, StringComparison.OrdinalIgnoreCase) && !rest.StartsWith("//"))))
        {
            secure = from.Scheme == Uri.UriSchemeHttps;
            if (!(rest.Length > 1 && IsSlash(rest[0]) && IsSlash(rest[1]))) rest = Resolve(rest, from);
        }
        else if (scheme.IsEmpty)
        {
            return Reason.InvalidUrl;
        }

        var buffer = ArrayPool<char>.Shared.Rent(rest.Length * UrlWriter.Longest + 64);
        var writer = new UrlWriter(buffer);
        var host = Write(ref writer, rest.TrimStart("/\\"), secure, out var address);
        if (host is not null && Uri.TryCreate(writer.Written.ToString(), AsWritten, out var url)) parsed = new HttpUrl(url, host, address);
        ArrayPool<char>.Shared.Return(buffer);
        return parsed.Url is null ? Reason.InvalidUrl : null;
    }

    // Gives the host; null if there is no usable one.
    private static string? Write(ref UrlWriter writer, ReadOnlySpan<char> rest, bool secure, out IPAddress? address)
    {
        var end = rest.IndexOfAny('/', '\\', '?');
        var authority = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[end..];
        address = null;
        if (authority.Contains('@') || !TryPort(ref authority, secure ? 443 : 80, out var port)) return null;
        if (UrlHost.Parse(authority, out address) is not { } host) return null;

        writer.Append(secure ? "https://" : "http://");
        writer.Append(host);
        writer.Append(port);
        var query = rest.IndexOf('?');
        writer.AppendPath(query < 0 ? rest : rest[..query]);
        if (query >= 0) writer.AppendQuery(rest[query..]);
        return host;
    }

    private static string Resolve(ReadOnlySpan<char> relative, Uri from)
    {
        var path = from.AbsolutePath;
        if (relative.IsEmpty) return from.Authority + from.PathAndQuery;
        if (IsSlash(relative[0])) return string.Concat(from.Authority, relative);
        if (relative[0] == '?') return string.Concat(from.Authority, path, relative);
        return string.Concat(from.Authority, path.AsSpan(0, path.LastIndexOf('/') + 1), relative);
    }

    // Cuts ":port" off the authority; `port` is what to write, empty for the scheme's own.
    private static bool TryPort(ref ReadOnlySpan<char> authority, int usual, out string port)
    {
        port = "";
        var colon = authority.LastIndexOf(':');
        if (colon < 0 || authority.EndsWith(']')) return true;
        var digits = authority[(colon + 1)..];
        authority = authority[..colon];
        if (digits.IsEmpty) return true;
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > 65535) return false;
        if (number != usual) port = string.Create(CultureInfo.InvariantCulture, $":{number}");
        return true;
    }

    private static ReadOnlySpan<char> SchemeOf(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        if (colon < 1 || !char.IsAsciiLetter(text[0])) return default;
        foreach (var c in text[..colon])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.')) return default;
        }

        return text[..colon];
    }

    private static ReadOnlySpan<char> Trim(string text)
    {
        int start = 0, end = text.Length;
        while (start < end && IsBlank(text[start])) start++;
        while (end > start && IsBlank(text[end - 1])) end--;
        return text.AsSpan(start, end - start);
    }

    // U+200B and U+FEFF: spaces of no width that copying out of web pages leaves at the ends.
    private static bool IsBlank(char c) => c <= ' ' || char.IsWhiteSpace(c) || c is '\u200B' or '\uFEFF';

    private static bool IsSlash(char c) => c is '/' or '\\';
}
