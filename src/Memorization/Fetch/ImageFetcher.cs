using System.Net;
using System.Security.Cryptography;
using System.Text;
using Memorization.Captions;
using Memorization.Configuration;
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
    // A host of which nothing was asked while so many others were is forgotten.
    private const int Hosts = 16_384;

    // With few, the rows of one slow host would be all that wait.
    private const int WaitingPerSlot = 4;

    private readonly TimeProvider _time;
    private readonly CancellationToken _drain;
    private readonly NameCache? _names;
    private readonly HttpMessageInvoker _http;
    private readonly WebRequests _web;
    private readonly RobotsCache? _robots;
    private readonly FetchAttempt _attempt;
    private readonly FetchResilience _resilience;
    private readonly RecentlyUsed<string, WebHost> _hosts = new(Hosts);
    private readonly Func<string, WebHost> _makeHost;
    private readonly SemaphoreSlim _slots;
    private long _images;
    private long _bytes;

    /// <summary>Looks up names with the study's name servers, or the system's.</summary>
    /// <param name="options">The study's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="drain">Once cancelled, rows that still wait for their host's turn end as <see cref="Reason.HostPostponed"/>.</param>
    /// <exception cref="SetupException">An entry of <see cref="FetchOptions.Resolve"/> is not a host and an address, or the User-Agent is not ASCII.</exception>
    public ImageFetcher(FetchOptions options, TimeProvider time, CancellationToken drain = default)
        : this(options, time, Names(options, time), drain)
    {
    }

    internal ImageFetcher(FetchOptions options, TimeProvider time, HostResolver resolver, Dialer dialer, CancellationToken drain = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_time, _drain) = (time, drain);
        var resolve = ResolveMap.Parse(options.Resolve);
        var urls = new UrlPolicy(resolve);
        var deadline = TimeSpan.FromSeconds(options.AttemptDeadlineSeconds);
        // An invoker has no time-out of its own. HttpClient's ends in OperationCanceledException, which silently drops a row from a dataflow block.
        _http = new HttpMessageInvoker(Handler(options, new GuardedConnector(resolve, resolver, dialer, deadline, time), deadline));
        _web = new WebRequests(options, _http);
        _robots = options.RobotsTxt ? new RobotsCache(options, urls, _web, time) : null;
        _attempt = new FetchAttempt(options, urls, _web, _robots, time);
        _resilience = new FetchResilience(options, time, new Random(Environment.ProcessId));
        _makeHost = _ => new WebHost(options, time);
        _slots = new SemaphoreSlim(options.Parallelism);
        RowsAtOnce = options.Parallelism * WaitingPerSlot;
    }

    private ImageFetcher(FetchOptions options, TimeProvider time, NameCache names, CancellationToken drain)
        : this(options, time, names.ResolveAsync, GuardedConnector.DialAsync, drain) => _names = names;

    /// <summary>Rows to give it at once: those that are being fetched, and those that wait for their host's turn meanwhile.</summary>
    public int RowsAtOnce { get; }

    /// <summary>Requests begun, redirects, retries and robots.txt counted, whether or not a connection came of it.</summary>
    public long Requests => _web.Sent;

    /// <summary>Images brought.</summary>
    public long Images => Interlocked.Read(ref _images);

    /// <summary>Bytes of those images.</summary>
    public long ImageBytes => Interlocked.Read(ref _bytes);

    /// <summary>Brings the image of a row; every failure of the network or the server is a <see cref="FetchRejection"/>.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled; thrown for nothing else.</exception>
    public async ValueTask<Outcome<FetchedImage>> RunAsync(SelectedRow row, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(row);
        var host = _hosts.Get(row.Url.Host, _makeHost);
        // First the host's slot, then one of all: rows that wait for a slow host hold up no other. Both are kept while the row waits for its next
        // attempt: a server that asks for patience gets less to do.
        if (!await TurnAsync(host, stop).ConfigureAwait(false)) return new FetchRejection(Reason.HostPostponed, "the run was stopped before the host's turn", NotAsked());
        var start = _time.GetTimestamp();
        var progress = new FetchProgress();
        AttemptResult result;
        try
        {
            result = await _resilience.RunAsync(host, _attempt, row.Url, progress, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException stray) when (!stop.IsCancellationRequested)
        {
            throw new InvalidOperationException($"cancelled, but not by the run: {row.Url}", stray);
        }
        finally
        {
            _slots.Release();
            host.Leave();
        }

        var record = new FetchRecord(progress.HttpStatus, progress.Attempts, _time.GetUtcNow(), _time.GetElapsedTime(start)) { ETag = progress.Version.ETag, LastModified = progress.Version.LastModified };
        if (result.Failure is { } failure) return new FetchRejection(failure.Reason, failure.Detail, record);
        Interlocked.Increment(ref _images);
        Interlocked.Add(ref _bytes, result.Bytes!.Length);
        return new FetchedImage(row, result.Bytes, Convert.ToHexStringLower(SHA256.HashData(result.Bytes!)), result.MediaType, record);
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        _robots?.Dispose();
        _http.Dispose();
        _names?.Dispose();
        _slots.Dispose();
    }

    private static NameCache Names(FetchOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new NameCache(new NameServers(options.NameServers).LookUpAsync, time);
    }

    private FetchRecord NotAsked() => new(null, 0, _time.GetUtcNow(), TimeSpan.Zero);

    private async ValueTask<bool> TurnAsync(WebHost host, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _drain);
        try
        {
            await host.EnterAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }

        try
        {
            await _slots.WaitAsync(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            host.Leave();
            stop.ThrowIfCancellationRequested();
            return false;
        }
    }

    private static SocketsHttpHandler Handler(FetchOptions options, GuardedConnector connector, TimeSpan deadline) => new()
    {
        ConnectCallback = connector.ConnectAsync,
        // A connection goes on being made after its request was given up; this ends it.
        ConnectTimeout = deadline,
        MaxConnectionsPerServer = options.PerHostConcurrency,
        // LAION's hosts are many and met rarely: idle connections are not kept for long, and DNS is asked again now and then.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        EnableMultipleHttp2Connections = true,
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
