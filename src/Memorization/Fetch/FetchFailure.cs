using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Memorization.Flow;

namespace Memorization.Fetch;

/// <summary>Why an attempt brought no image, and whether another one may. The one place where statuses and the HTTP stack's exceptions become reasons.</summary>
/// <param name="Reason">The closed reason that is counted.</param>
/// <param name="Detail">What was seen, on one line.</param>
/// <param name="CanChange">True for what passes by itself.</param>
/// <param name="RetryAfter">How long the server asks to wait.</param>
internal sealed record FetchFailure(Reason Reason, string Detail, bool CanChange = false, TimeSpan? RetryAfter = null)
{
    private const int MaxDetail = 200;

    /// <summary>Whether the host is to blame rather than this one address of it: such failures come in rows.</summary>
    public bool IsOfHost => Reason is Reason.DnsFailure or Reason.ConnectionFailed or Reason.ConnectionReset or Reason.TlsFailure
        or Reason.Timeout or Reason.TooManyRequests or Reason.ServerError;

    /// <summary>What was seen, on one line and of bounded length: part of it was written by strangers.</summary>
    public string Detail { get; } = OneLine(Detail);

    /// <summary>The failure that a status other than 2xx stands for.</summary>
    public static FetchFailure OfStatus(HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        var reason = status switch
        {
            401 or 403 or 451 => Reason.Forbidden,
            404 => Reason.NotFound,
            410 => Reason.Gone,
            429 => Reason.TooManyRequests,
            >= 500 and <= 599 => Reason.ServerError,
            _ => Reason.UnexpectedStatus,
        };
        var canChange = reason is Reason.TooManyRequests or Reason.ServerError;
        var asked = canChange ? response.Headers.RetryAfter : null;
        return new FetchFailure(reason, $"HTTP {status}", canChange, asked?.Delta ?? asked?.Date - now);
    }

    /// <summary>The failure that an exception out of the HTTP stack stands for. The web is hostile: what is not known is a malformed answer, not a fault.</summary>
    public static FetchFailure OfException(Exception thrown)
    {
        var chain = Chain(thrown).ToArray();
        var detail = chain[^1].Message;
        if (chain.OfType<PrivateAddressException>().FirstOrDefault() is { } secret) return new(Reason.PrivateAddress, secret.Message);
        // Not our deadline, which never comes here: the connection's own.
        if (thrown is OperationCanceledException) return new(Reason.Timeout, "no connection in time", CanChange: true);

        var socket = chain.OfType<SocketException>().FirstOrDefault()?.SocketErrorCode;
        var error = chain.OfType<HttpRequestException>().FirstOrDefault()?.HttpRequestError;
        if (socket is SocketError.HostNotFound or SocketError.NoData or SocketError.NoRecovery) return new(Reason.DnsFailure, detail);
        if (socket is SocketError.TryAgain) return new(Reason.DnsFailure, detail, CanChange: true);
        if (error is HttpRequestError.NameResolutionError) return new(Reason.DnsFailure, detail);
        if (thrown is InvalidDataException) return new(Reason.MalformedResponse, detail);
        // A bad certificate or protocol stays bad; a connection that broke during the handshake may not break again.
        var isRefused = chain.Any(e => e is AuthenticationException);
        if (isRefused || error is HttpRequestError.SecureConnectionError) return new(Reason.TlsFailure, detail, CanChange: !isRefused);
        if (error is HttpRequestError.ConnectionError) return new(Reason.ConnectionFailed, detail, CanChange: true);
        if (socket is not null) return new(Reason.ConnectionReset, detail, CanChange: true);
        return thrown switch
        {
            // Thrown by the body's stream; before the headers' end it comes inside an HttpRequestException.
            HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => new(Reason.TruncatedBody, detail),
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => new(Reason.ConnectionReset, detail, CanChange: true),
            HttpIOException or HttpRequestException => new(Reason.MalformedResponse, detail),
            IOException => new(Reason.ConnectionReset, detail, CanChange: true),
            _ => new(Reason.MalformedResponse, $"{thrown.GetType().Name}: {detail}"),
        };
    }

    private static IEnumerable<Exception> Chain(Exception? thrown)
    {
        for (; thrown is not null; thrown = thrown.InnerException) yield return thrown;
    }

    private static string OneLine(string text) =>
        string.Concat((text.Length > MaxDetail ? text[..MaxDetail] : text).Select(c => char.IsControl(c) ? ' ' : c));
}
