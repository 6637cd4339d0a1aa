using System.ComponentModel.DataAnnotations;

namespace Memorization.Fetch;

/// <summary>How images are requested: limits, deadlines, retries, and what counts as the publisher's no.</summary>
public sealed record FetchOptions
{
    /// <summary>Rows fetched at once.</summary>
    [Range(1, 4096)]
    public int Parallelism { get; init; } = 64;

    /// <summary>Rows of one host fetched at once, and connections to one server; a row that waits for its next attempt still counts.</summary>
    [Range(1, 256)]
    public int PerHostConcurrency { get; init; } = 4;

    /// <summary>Requests per second to one host, at most; 0 for as many as its concurrency gives.</summary>
    [Range(0.0, 10_000)]
    public double PerHostPerSecond { get; init; }

    /// <summary>Attempts of which nine in ten have to fail for the host's sake (no name, no connection, time-outs, 429, 5xx) for it to be left alone for a while, its rows postponed to the next run; 0 for never.</summary>
    [Range(0, 1_000_000)]
    public int CircuitFailures { get; init; } = 20;

    /// <summary>Seconds that a failing host is left alone.</summary>
    [Range(1.0, 86_400)]
    public double CircuitBreakSeconds { get; init; } = 300;

    /// <summary>Seconds for one attempt: look-up, connection, redirects, headers and the whole body.</summary>
    [Range(0.01, 3600)]
    public double AttemptDeadlineSeconds { get; init; } = 30;

    /// <summary>Seconds for all attempts of a row and the waits between them; waiting for one's turn at the host is not counted.</summary>
    [Range(0.01, 86_400)]
    public double RowDeadlineSeconds { get; init; } = 120;

    /// <summary>Attempts per row, the first one counted. Only what can change is tried again: time-outs, broken or refused connections, passing DNS errors, HTTP 429 and 5xx.</summary>
    [Range(1, 20)]
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Seconds before the second attempt; doubled for each further one, with jitter.</summary>
    [Range(0.0, 600)]
    public double BackoffSeconds { get; init; } = 1;

    /// <summary>The longest wait in seconds that a Retry-After may ask for; a row whose server asks for more is given up for this run, not retried early.</summary>
    [Range(0.0, 3600)]
    public double MaxRetryAfterSeconds { get; init; } = 60;

    /// <summary>Minutes until a later run tries a row again that failed for a reason that may pass by itself (a time-out, DNS, HTTP 429 or 5xx); doubled with each run that fails, to 30 days at most.</summary>
    [Range(0.0, 525_600)]
    public double RetryAfterMinutes { get; init; } = 60;

    /// <summary>Largest body in bytes, enforced while reading.</summary>
    [Range(1, 1 << 30)]
    public int MaxBytes { get; init; } = 20 << 20;

    /// <summary>Bytes per second that a body has to come with, on average after its first ten seconds; 0 for any.</summary>
    [Range(0, 1 << 30)]
    public int MinBytesPerSecond { get; init; } = 256;

    /// <summary>Redirects followed within an attempt.</summary>
    [Range(0, 20)]
    public int MaxRedirects { get; init; } = 5;

    /// <summary>The program as it names itself to servers. What stands before "/" is the name that X-Robots-Tag may address.</summary>
    public string UserAgent { get; init; } = "Memorization/0.1";

    /// <summary>How a publisher reaches whoever runs this: a URL or a mail address, sent in the User-Agent; empty for none.</summary>
    public string Contact { get; init; } = "";

    /// <summary>X-Robots-Tag directives that count as the publisher's no. "none" is read as noindex; unavailable_after counts once its date has passed; tdm-reservation is the header of that name, set to 1.</summary>
    public IReadOnlyList<string> OptOutDirectives { get; init; } = ["noai", "noimageai", "noindex", "noimageindex", "unavailable_after", "tdm-reservation"];

    /// <summary>Whether each site's robots.txt is read before its first image, and obeyed (RFC 9309).</summary>
    public bool RobotsTxt { get; init; } = true;

    /// <summary>Addresses of the name servers to ask, such as <c>9.9.9.9</c> or <c>127.0.0.1:5353</c>; empty for the system's.</summary>
    public IReadOnlyList<string> NameServers { get; init; } = [];

    /// <summary>Hosts reached at a given address instead of the one DNS has, as curl's --resolve: <c>{"*.demo.test": "127.0.0.1:8080"}</c>. The only way to an address that is not public.</summary>
    public IReadOnlyDictionary<string, string> Resolve { get; init; } = new Dictionary<string, string>();
}
