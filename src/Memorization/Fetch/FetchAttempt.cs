using System.Net;
using Memorization.Configuration;
using Memorization.Flow;
using Memorization.Urls;

namespace Memorization.Fetch;

/// <summary>What a row's attempts left behind so far.</summary>
internal sealed class FetchProgress
{
    public int Attempts { get; set; }

    public int? HttpStatus { get; set; }

    /// <summary>The last answer's ETag and Last-Modified.</summary>
    public (string? ETag, string? LastModified) Version { get; set; }

    /// <summary>Why the last attempt failed; null while one is under way and after one that was cut off.</summary>
    public FetchFailure? LastFailure { get; set; }
}

/// <summary>How an attempt ended: with a body, or with a failure.</summary>
internal readonly record struct AttemptResult(byte[]? Bytes, string? MediaType, FetchFailure? Failure);

/// <summary>One attempt at a URL: robots.txt, request, redirects, headers, body.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FetchAttempt(FetchOptions options, UrlPolicy urls, WebRequests web, RobotsCache? robots, TimeProvider time)
{
    // What can be decoded first, so that servers that choose by it choose that.
    private const string Accept = "image/jpeg,image/png,image/webp,image/gif,image/*;q=0.5,*/*;q=0.1";
    private const int MaxVersion = 1024;

    private readonly RobotsTag _robotsTag = new(options.OptOutDirectives, options.UserAgent.Split('/')[0]);

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
            if (robots is not null && await robots.RefuseAsync(url, stop).ConfigureAwait(false) is { } refused) return Failed(refused);
            using var response = await web.SendAsync(url, Accept, stop).ConfigureAwait(false);
            progress.HttpStatus = (int)response.StatusCode;
            if (!WebRequests.IsRedirect(response)) return await ReadAsync(response, progress, stop).ConfigureAwait(false);
            if (redirects == options.MaxRedirects) return Failed(new(Reason.BadRedirect, $"more than {options.MaxRedirects} redirects"));
            if (Target(response, url, out var next) is { } failure) return Failed(failure);
            url = next!;
        }
    }

    // The same rules as for the first URL hold at every hop; the address behind a name is checked when it is dialled.
    private FetchFailure? Target(HttpResponseMessage response, Uri from, out Uri? next)
    {
        next = null;
        if (WebRequests.Header(response, "Location") is not { } location) return new(Reason.BadRedirect, "no Location");
        return urls.Check(location, from, out next) switch
        {
            null => null,
            Reason.PrivateHost => new(Reason.PrivateAddress, $"redirect to {location}"),
            var reason => new(Reason.BadRedirect, $"{reason}: {location}"),
        };
    }

    private async ValueTask<AttemptResult> ReadAsync(HttpResponseMessage response, FetchProgress progress, CancellationToken stop)
    {
        if (Refuse(response) is { } failure) return Failed(failure);
        progress.Version = (Version(response, "ETag"), Version(response, "Last-Modified"));
        var mediaType = WebRequests.Header(response, "Content-Type")?.Split(';')[0].Trim();
        var encoding = WebRequests.Header(response, "Content-Encoding");
        var raw = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        var body = ContentCoding.Decode(raw, encoding);
        if (body is null) return Failed(new(Reason.MalformedResponse, $"Content-Encoding: {encoding}, which is not known"));
        await using (body.ConfigureAwait(false))
        {
            var (bytes, bad) = await BodyReader.ReadAsync(body, mediaType, options.MaxBytes, new BodyPace(options.MinBytesPerSecond, time), stop).ConfigureAwait(false);
            return new AttemptResult(bytes, mediaType, bad);
        }
    }

    // All that the headers alone decide. 206 was not asked for: a part is no image.
    private FetchFailure? Refuse(HttpResponseMessage response)
    {
        var now = time.GetUtcNow();
        if (!response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.PartialContent) return FetchFailure.OfStatus(response, now);
        return _robotsTag.OptOut(response.Headers, now) is { } directive ? new(Reason.OptedOut, directive) : Announced(response);
    }

    private FetchFailure? Announced(HttpResponseMessage response) =>
        response.Content.Headers.ContentLength > options.MaxBytes ? new(Reason.BodyTooLarge, $"{response.Content.Headers.ContentLength} bytes announced") : null;

    // Of unusual length it is nothing that a server would know again.
    private static string? Version(HttpResponseMessage response, string header) =>
        WebRequests.Header(response, header) is { Length: > 0 and <= MaxVersion } value ? value : null;

    private static AttemptResult Failed(FetchFailure failure) => new(null, null, failure);
}
