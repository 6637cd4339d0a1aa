using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Memorization.Captions;
using Memorization.Flow;
using Memorization.Urls;

namespace Memorization.Fetch;

/// <summary>Requests a row's URL and brings the bytes of its image, or the reason why there are none.</summary>
/// <remarks>
/// Sends no cookies, credentials or referrer, uses no proxy and follows redirects itself, so that nothing is sent to an address that was not checked.
/// Thread-safe; one instance serves a whole run.
/// </remarks>
public sealed class ImageFetcher : IDisposable
{
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;
    private readonly FetchAttempt _attempt;
    private readonly FetchResilience _resilience;
    private readonly PartitionedRateLimiter<string> _hosts;
    private long _images;

    /// <summary>Looks up names with the operating system's resolver.</summary>
    /// <exception cref="FormatException">An entry of <see cref="FetchOptions.Resolve"/> is not a host and an address, or the User-Agent is not ASCII.</exception>
    public ImageFetcher(FetchOptions options, TimeProvider time)
        : this(options, time, System.Net.Dns.GetHostAddressesAsync, GuardedConnector.DialAsync)
    {
    }

    internal ImageFetcher(FetchOptions options, TimeProvider time, HostResolver resolver, Dialer dialer)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time;
        var resolve = ResolveMap.Parse(options.Resolve);
        var deadline = TimeSpan.FromSeconds(options.AttemptDeadlineSeconds);
        // An invoker has no time-out of its own. HttpClient's ends in OperationCanceledException, which silently drops a row from a dataflow block.
        _http = new HttpMessageInvoker(Handler(options, new GuardedConnector(resolve, resolver, dialer, deadline, time), deadline));
        _attempt = new FetchAttempt(options, new UrlPolicy(resolve), _http, time);
        _resilience = new FetchResilience(options, time, new Random(Environment.ProcessId));
        // Limiters of hosts that were idle for 10 s are let go, so memory follows the hosts in use, not the hosts met.
        var limit = new ConcurrencyLimiterOptions
        {
            PermitLimit = options.PerHostConcurrency,
            QueueLimit = int.MaxValue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        };
        _hosts = PartitionedRateLimiter.Create<string, string>(host => RateLimitPartition.GetConcurrencyLimiter(host, _ => limit));
    }

    /// <summary>Requests begun, redirects and retries counted, whether or not a connection came of it.</summary>
    public long Requests => _attempt.Requests;

    /// <summary>Images brought.</summary>
    public long Images => Interlocked.Read(ref _images);

    /// <summary>Brings the image of a row; every failure of the network or the server is a <see cref="FetchRejection"/>.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled; thrown for nothing else.</exception>
    public async ValueTask<Outcome<FetchedImage>> RunAsync(SelectedRow row, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(row);
        // The slot is kept while the row waits for its next attempt: a server that asks for patience gets less to do.
        using var slot = await _hosts.AcquireAsync(row.Url.Host, 1, stop).ConfigureAwait(false);
        var start = _time.GetTimestamp();
        var progress = new FetchProgress();
        AttemptResult result;
        try
        {
            result = await _resilience.RunAsync(_attempt, row.Url, progress, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException stray) when (!stop.IsCancellationRequested)
        {
            throw new InvalidOperationException($"cancelled, but not by the run: {row.Url}", stray);
        }

        var record = new FetchRecord(progress.HttpStatus, progress.Attempts, _time.GetUtcNow(), _time.GetElapsedTime(start));
        if (result.Failure is { } failure) return new FetchRejection(failure.Reason, failure.Detail, record);
        Interlocked.Increment(ref _images);
        return new FetchedImage(row, result.Bytes, Convert.ToHexStringLower(SHA256.HashData(result.Bytes!)), result.MediaType, record);
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        _http.Dispose();
        _hosts.Dispose();
    }

    private static SocketsHttpHandler Handler(FetchOptions options, GuardedConnector connector, TimeSpan deadline) => new()
    {
        ConnectCallback = connector.ConnectAsync,
        // A connection goes on being made after its request was given up; this ends it.
        ConnectTimeout = deadline,
        MaxConnectionsPerServer = options.PerHostConcurrency,
        // LAION's hosts are many and met rarely: idle connections are not kept for long, and DNS is asked again now and then.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 64,
        // A body that is not wanted is not read, unless it is about as short as a new connection is dear: most redirects and error pages.
        MaxResponseDrainSize = 4096,
        ResponseHeaderEncodingSelector = (name, _) => name.Equals("Location", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null,
    };
}
