using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Memorization.Urls;

/// <summary>Hosts that are reached at a given address instead of the one DNS has, as with curl's --resolve: the only way to an address that is not public.</summary>
/// <remarks>The Host header and the name in TLS stay the URL's own. Thread-safe.</remarks>
public sealed class ResolveMap
{
    private readonly FrozenDictionary<string, IPEndPoint>.AlternateLookup<ReadOnlySpan<char>> _byPattern;
    private readonly bool _isEmpty;

    private ResolveMap(FrozenDictionary<string, IPEndPoint> byPattern)
    {
        _byPattern = byPattern.GetAlternateLookup<ReadOnlySpan<char>>();
        _isEmpty = byPattern.Count == 0;
    }

    /// <summary>Covers no host.</summary>
    public static ResolveMap Empty { get; } = Parse(new Dictionary<string, string>());

    /// <summary>Reads <c>{"exact.host": "127.0.0.1:8080", "*.demo.test": "[::1]"}</c>; without a port the URL's is used.</summary>
    /// <exception cref="FormatException">An entry is not a host name and an address; the message says which.</exception>
    public static ResolveMap Parse(IReadOnlyDictionary<string, string> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return new ResolveMap(entries.ToFrozenDictionary(entry => Pattern(entry.Key), Target, StringComparer.Ordinal));
    }

    /// <summary>Where to connect for a host, if the map covers it: its own entry first, then the wildcard with the most labels.</summary>
    /// <param name="host">Lower-case ASCII, as in a parsed URL; an IPv6 address in brackets.</param>
    /// <param name="target">The address; port 0 stands for the URL's port.</param>
    public bool TryGet(string host, [NotNullWhen(true)] out IPEndPoint? target)
    {
        target = null;
        if (_isEmpty) return false;
        ReadOnlySpan<char> rest = host;
        if (_byPattern.TryGetValue(rest, out target)) return true;
        for (var dot = rest.IndexOf('.'); dot >= 0; dot = rest.IndexOf('.'))
        {
            // ".demo.test" is how "*.demo.test" is stored.
            if (_byPattern.TryGetValue(rest[dot..], out target)) return true;
            rest = rest[(dot + 1)..];
        }

        return false;
    }

    private static string Pattern(string key)
    {
        var wild = key.StartsWith("*.", StringComparison.Ordinal);
        var host = UrlHost.Parse(wild ? key.AsSpan(2) : key, out var address);
        if (host is null || host.Contains('*', StringComparison.Ordinal) || (wild && address is not null))
        {
            throw new FormatException($"'{key}' is neither a host name nor '*.' and a host name");
        }

        return wild ? "." + host : host;
    }

    private static IPEndPoint Target(KeyValuePair<string, string> entry) =>
        IPEndPoint.TryParse(entry.Value, out var target)
            ? target
            : throw new FormatException($"'{entry.Key}': '{entry.Value}' is not an address with an optional port, such as 127.0.0.1:8080 or [::1]");
}
