using Memorization.Configuration;

namespace Memorization.Fetch;

/// <summary>Sends GET requests, each with the name of who asks, and counts them. Redirects are the caller's.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class WebRequests(FetchOptions options, HttpMessageInvoker http)
{
    private readonly string _userAgent = UserAgent(options);
    private long _sent;

    /// <summary>Requests begun, whether or not a connection came of them.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Sends a request.</summary>
    /// <returns>The answer, its body unread.</returns>
    public async Task<HttpResponseMessage> SendAsync(Uri url, string accept, CancellationToken stop)
    {
        Interlocked.Increment(ref _sent);
        // Over TLS the two sides agree on HTTP/2 if the server has it.
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = System.Net.HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.TryAddWithoutValidation("User-Agent", _userAgent);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return await http.SendAsync(request, stop).ConfigureAwait(false);
    }

    /// <summary>Whether the answer points elsewhere.</summary>
    public static bool IsRedirect(HttpResponseMessage response) => (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;

    /// <summary>A header's first value as received; null if it is absent.</summary>
    public static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.First()
            : null;

    // Other characters make each request fail as it is written, as if the servers were to blame.
    private static string UserAgent(FetchOptions options)
    {
        var text = options.Contact.Length == 0 ? options.UserAgent : $"{options.UserAgent} (+{options.Contact})";
        return text.Length > 0 && text.All(c => c is >= ' ' and <= '~')
            ? text
            : throw new SetupException($"fetch.userAgent: the User-Agent '{text}' has to be ASCII and not empty");
    }
}
