using System.Net;
using Memorization.Flow;
using Memorization.Rows;

namespace Memorization.Urls;

/// <summary>Decides from its text alone whether a row's URL may be requested, and writes it as it will be.</summary>
/// <remarks>
/// HTML entities are undone once, then the text is read as a browser reads it; see the URL Standard (url.spec.whatwg.org).
/// A host that is written as an address in any form, or a name that only has a meaning inside a network, is refused here, before any look-up;
/// what a public name resolves to is checked when it is dialled. Thread-safe.
/// </remarks>
/// <param name="resolve">Hosts whose address is given: they are never refused as private.</param>
public sealed class UrlPolicy(ResolveMap resolve)
{
    // RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa), ICANN's reservation of "internal" (2024), and what old resolvers append.
    private static readonly string[] PrivateSuffixes = [".localhost", ".local", ".internal", ".home.arpa", ".localdomain"];

    /// <summary>Keeps a row whose URL may be requested.</summary>
    /// <returns>The row with its URL, or <see cref="Reason.MissingUrl"/>, <see cref="Reason.InvalidUrl"/>, <see cref="Reason.UnsupportedScheme"/> or <see cref="Reason.PrivateHost"/>.</returns>
    public ValueTask<Outcome<LinkedRow>> RunAsync(LaionRow row, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(row);
        stop.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Link(row));
    }

    internal Outcome<LinkedRow> Link(LaionRow row)
    {
        if (string.IsNullOrWhiteSpace(row.Url)) return new Rejection(Reason.MissingUrl);
        // Only "&name;" is an entity: "&copy=1" is a query's parameter, and WebUtility leaves it alone.
        var text = row.Url.Contains('&', StringComparison.Ordinal) && row.Url.Contains(';', StringComparison.Ordinal)
            ? WebUtility.HtmlDecode(row.Url)
            : row.Url;
        return Check(text, null, out var url) is { } reason ? new Rejection(reason) : new LinkedRow(row, url!);
    }

    /// <summary>The same rules for a redirect's target, which may be relative to the URL it came <paramref name="from"/>.</summary>
    /// <returns>Null if the URL may be requested.</returns>
    internal Reason? Check(string text, Uri? from, out Uri? url)
    {
        var reason = HttpUrl.TryParse(text, from, out var parsed);
        url = parsed.Url;
        if (reason is not null) return reason;
        var isPublic = parsed.Address is null ? IsPublicName(parsed.Host) : AddressPolicy.IsPublic(parsed.Address);
        return isPublic || resolve.TryGet(parsed.Host, out _) ? null : Reason.PrivateHost;
    }

    private static bool IsPublicName(string host)
    {
        var name = host.AsSpan().TrimEnd('.');
        foreach (var suffix in PrivateSuffixes)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal)) return false;
        }

        return name.Contains('.') && !name.SequenceEqual("home.arpa");
    }
}
