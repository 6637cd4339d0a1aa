using System.Net;
using Memorization.Flow;
using Memorization.Urls;

namespace Memorization.Fetch;

/// <summary>What a row's attempts left behind so far.</summary>
internal sealed class FetchProgress
{
    public int Attempts { get; set; }

    public int? HttpStatus { get; set; }

    /// <summary>Why the last attempt failed; null while one is under way and after one that was cut off.</summary>
    public FetchFailure? LastFailure { get; set; }
}

/// <summary>How an attempt ended: with a body, or with a failure.</summary>
internal readonly record struct AttemptResult(byte[]? Bytes, string? MediaType, FetchFailure? Failure);

/// <summary>One attempt at a URL: request, redirects, headers, body.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FetchAttempt(FetchOptions options, UrlPolicy urls, HttpMessageInvoker http, TimeProvider time)
{
    private readonly string _userAgent = UserAgent(options);
    private readonly RobotsTag _robots = new(options.OptOutDirectives, options.UserAgent.Split('/')[0]);
    private long _requests;

    /// <summary>Requests begun, redirects and retries counted, whether or not a connection came of it.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Requests the URL once.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled; nothing else is thrown for what the other side does.</exception>
    public async ValueTask<AttemptResult> RunAsync(Uri url, FetchProgress progress, CancellationToken stop)
    {
        progress.Attempts++;
        progress.LastFailure = null;
        AttemptResult result;
        try
        {
            result = await FollowAsync(url, progress, stop).ConfigureAwait(false);
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(stop);
        }
        catch (Exception thrown)
        {
            result = Failed(FetchFailure.OfException(thrown));
        }

        progress.LastFailure = result.Failure;
        return result;
    }

    private async ValueTask<AttemptResult> FollowAsync(Uri url, FetchProgress progress, CancellationToken stop)
    {
        for (var redirects = 0; ; redirects++)
        {
            Interlocked.Increment(ref _requests);
            using var request = Request(url);
            using var response = await http.SendAsync(request, stop).ConfigureAwait(false);
            progress.HttpStatus = (int)response.StatusCode;
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)) return await ReadAsync(response, stop).ConfigureAwait(false);
            if (redirects == options.MaxRedirects) return Failed(new(Reason.BadRedirect, $"more than {options.MaxRedirects} redirects"));
            if (Target(response, url, out var next) is { } failure) return Failed(failure);
            url = next!;
        }
    }

    // The same rules as for the first URL hold at every hop; the address behind a name is checked when it is dialled.
    private FetchFailure? Target(HttpResponseMessage response, Uri from, out Uri? next)
    {
        next = null;
        if (Header(response, "Location") is not { } location) return new(Reason.BadRedirect, "no Location");
        return urls.Check(location, from, out next) switch
        {
            null => null,
            Reason.PrivateHost => new(Reason.PrivateAddress, $"redirect to {location}"),
            var reason => new(Reason.BadRedirect, $"{reason}: {location}"),
        };
    }

    private async ValueTask<AttemptResult> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        if (Refuse(response) is { } failure) return Failed(failure);
        var mediaType = Header(response, "Content-Type")?.Split(';')[0].Trim();
        var body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var (bytes, bad) = await BodyReader.ReadAsync(body, mediaType, options.MaxBytes, stop).ConfigureAwait(false);
            return new AttemptResult(bytes, mediaType, bad);
        }
    }

    // All that the headers alone decide. 206 was not asked for: a part is no image.
    private FetchFailure? Refuse(HttpResponseMessage response)
    {
        var now = time.GetUtcNow();
        if (!response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.PartialContent) return FetchFailure.OfStatus(response, now);
        if (_robots.OptOut(response.Headers, now) is { } directive) return new(Reason.OptedOut, $"X-Robots-Tag: {directive}");
        if (Header(response, "Content-Encoding")?.Trim().ToLowerInvariant() is { } encoding and not ("" or "identity"))
        {
            return new(Reason.MalformedResponse, $"Content-Encoding: {encoding}, which was not asked for");
        }

        return response.Content.Headers.ContentLength > options.MaxBytes
            ? new(Reason.BodyTooLarge, $"{response.Content.Headers.ContentLength} bytes announced")
            : null;
    }

    private HttpRequestMessage Request(Uri url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("User-Agent", _userAgent);
        // What can be decoded first, so that servers that choose by it choose that.
        request.Headers.TryAddWithoutValidation("Accept", "image/jpeg,image/png,image/webp,image/gif,image/*;q=0.5,*/*;q=0.1");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return request;
    }

    // Other characters make each request fail as it is written, as if the servers were to blame.
    private static string UserAgent(FetchOptions options)
    {
        var text = options.Contact.Length == 0 ? options.UserAgent : $"{options.UserAgent} (+{options.Contact})";
        return text.Length > 0 && text.All(c => c is >= ' ' and <= '~')
            ? text
            : throw new FormatException($"the User-Agent '{text}' has to be ASCII and not empty");
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.First()
            : null;

    private static AttemptResult Failed(FetchFailure failure) => new(null, null, failure);
}
