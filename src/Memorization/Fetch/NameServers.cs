using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using Memorization.Configuration;

namespace Memorization.Fetch;

/// <summary>Asks name servers for a host's addresses, without a thread that waits for the answer.</summary>
/// <remarks>
/// Not the system's resolver: that holds a thread for each name, cannot be stopped, and does not tell a name that does not exist from a server that
/// does not answer. It also reads /etc/hosts, which is not for the web. Thread-safe.
/// </remarks>
internal sealed class NameServers
{
    private const int DnsPort = 53;
    private static readonly TimeSpan PerServer = TimeSpan.FromSeconds(3);

    private readonly LookupClient _client;

    /// <param name="servers">Addresses, with a port or without; none for the system's.</param>
    /// <exception cref="SetupException">One is not an address.</exception>
    public NameServers(IReadOnlyList<string> servers)
    {
        var given = servers.Select(Parse).ToArray();
        var options = given.Length == 0 ? new LookupClientOptions() : new LookupClientOptions(given);
        (options.UseCache, options.Timeout, options.Retries, options.ThrowDnsErrors, options.ContinueOnDnsError) = (false, PerServer, 1, false, true);
        _client = new LookupClient(options);
    }

    /// <summary>Looks a name up: A and AAAA side by side.</summary>
    public async Task<NameAnswer> LookUpAsync(string host, CancellationToken stop)
    {
        var answers = await Task.WhenAll(AskAsync(host, QueryType.A, stop), AskAsync(host, QueryType.AAAA, stop)).ConfigureAwait(false);
        var found = answers.SelectMany(answer => answer.Addresses).ToList();
        if (found.Count > 0) return new NameAnswer([.. found.Select(record => record.Address)], null, TimeSpan.FromSeconds(found.Min(record => record.TimeToLive)));
        // A server that failed for one kind of address may know some later.
        return new NameAnswer([], answers.Any(answer => answer.Error == SocketError.TryAgain) ? SocketError.TryAgain : answers[0].Error ?? SocketError.NoData, TimeSpan.Zero);
    }

    private async Task<(IReadOnlyList<AddressRecord> Addresses, SocketError? Error)> AskAsync(string host, QueryType type, CancellationToken stop)
    {
        try
        {
            var answer = await _client.QueryAsync(host, type, QueryClass.IN, stop).ConfigureAwait(false);
            if (!answer.HasError) return ([.. answer.Answers.AddressRecords()], null);
            return ([], answer.Header.ResponseCode == DnsHeaderResponseCode.NotExistentDomain ? SocketError.HostNotFound : SocketError.TryAgain);
        }
        catch (ArgumentException)
        {
            // A label of more than 63 bytes, or a name of more than 255: none that exists.
            return ([], SocketError.HostNotFound);
        }
        catch (Exception exception) when (exception is DnsResponseException or DnsXidMismatchException or IOException or SocketException or InvalidOperationException)
        {
            return ([], SocketError.TryAgain);
        }
    }

    private static IPEndPoint Parse(string server)
    {
        if (!IPEndPoint.TryParse(server, out var point)) throw new SetupException($"fetch.nameServers: '{server}' is not an address such as 9.9.9.9 or [2620:fe::fe]:53");
        return point.Port == 0 ? new IPEndPoint(point.Address, DnsPort) : point;
    }
}
