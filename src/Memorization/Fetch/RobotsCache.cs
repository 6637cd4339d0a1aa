using System.Text;
using Memorization.Flow;
using Memorization.Urls;

namespace Memorization.Fetch;

/// <summary>Each site's robots.txt, read once a day and before anything else is asked of the site.</summary>
/// <remarks>
/// RFC 9309: no file (4xx) allows all; while it cannot be had (5xx, no connection) nothing is allowed, and a row then ends as it would have if its image
/// could not be had. Thread-safe.
/// </remarks>
internal sealed class RobotsCache : IDisposable
{
    /// <summary>Sites that are remembered.</summary>
    internal const int Capacity = 16_384;

    private const string Accept = "text/plain,*/*;q=0.1";

    // What RFC 9309 asks to be read at the least.
    private const int MaxBytes = 500 << 10;
    private const int MaxRedirects = 5;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Holds = TimeSpan.FromHours(24);
    private static readonly TimeSpan FailureHolds = TimeSpan.FromSeconds(30);

    private readonly UrlPolicy _urls;
    private readonly WebRequests _web;
    private readonly TimeProvider _time;
    private readonly string _robot;
    private readonly KeptAnswers<(RobotsFile? File, FetchFailure? Failure)> _sites;

    public RobotsCache(FetchOptions options, UrlPolicy urls, WebRequests web, TimeProvider time)
    {
        (_urls, _web, _time, _robot) = (urls, web, time, options.UserAgent.Split('/')[0]);
        _sites = new(Capacity, time, ReadAsync);
    }

    /// <summary>Why a URL may not be asked for; null if it may.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled; the file is read on for others.</exception>
    public async Task<FetchFailure?> RefuseAsync(Uri url, CancellationToken stop)
    {
        var (file, failure) = await _sites.GetAsync(url.GetLeftPart(UriPartial.Authority), stop).ConfigureAwait(false);
        if (failure is not null) return failure;
        return file!.Disallows(url) is { } rule ? new FetchFailure(Reason.RobotsDisallowed, $"robots.txt: Disallow: {rule}") : null;
    }

    public void Dispose() => _sites.Dispose();

    private async Task<((RobotsFile? File, FetchFailure? Failure) Answer, TimeSpan Holds)> ReadAsync(string site, CancellationToken closed)
    {
        using var late = new CancellationTokenSource(Deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, closed);
        try
        {
            var (file, failure) = await FollowAsync(new Uri(site + "/robots.txt"), either.Token).ConfigureAwait(false);
            return failure is null ? ((file, null), Holds) : Failed(failure);
        }
        catch (Exception thrown) when (!closed.IsCancellationRequested)
        {
            return Failed(late.IsCancellationRequested ? new FetchFailure(Reason.Timeout, $"not done within {Deadline.TotalSeconds} s", CanChange: true) : FetchFailure.OfException(thrown));
        }
    }

    private static ((RobotsFile? File, FetchFailure? Failure) Answer, TimeSpan Holds) Failed(FetchFailure failure) =>
        ((null, new FetchFailure(failure.Reason, $"robots.txt: {failure.Detail}", failure.CanChange, failure.RetryAfter)), FailureHolds);

    private async Task<(RobotsFile? File, FetchFailure? Failure)> FollowAsync(Uri url, CancellationToken stop)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var response = await _web.SendAsync(url, Accept, stop).ConfigureAwait(false);
            if (WebRequests.IsRedirect(response))
            {
                // One that leads nowhere, or round in circles, is a file that is not there.
                if (redirects == MaxRedirects || WebRequests.Header(response, "Location") is not { } location || _urls.Check(location, url, out var next) is not null) return (RobotsFile.Empty, null);
                url = next!;
                continue;
            }

            if ((int)response.StatusCode is >= 500 or 429) return (null, FetchFailure.OfStatus(response, _time.GetUtcNow()));
            if (!response.IsSuccessStatusCode) return (RobotsFile.Empty, null);
            return (RobotsFile.Parse(await TextAsync(response, stop).ConfigureAwait(false), _robot), null);
        }
    }

    private static async Task<string> TextAsync(HttpResponseMessage response, CancellationToken stop)
    {
        var raw = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        await using var body = ContentCoding.Decode(raw, WebRequests.Header(response, "Content-Encoding")) ?? throw new InvalidDataException("an unknown Content-Encoding");
        var bytes = new byte[MaxBytes];
        return Encoding.UTF8.GetString(bytes, 0, await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false));
    }
}
