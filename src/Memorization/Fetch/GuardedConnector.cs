using System.Net;
using System.Net.Sockets;
using Memorization.Urls;

namespace Memorization.Fetch;

/// <summary>Looks up the addresses of a host name.</summary>
internal delegate Task<IPAddress[]> HostResolver(string host, CancellationToken stop);

/// <summary>Opens a connection to an address.</summary>
internal delegate ValueTask<Stream> Dialer(IPEndPoint target, CancellationToken stop);

/// <summary>Every address of the host is one that may not be dialled.</summary>
internal sealed class PrivateAddressException(string host, IPAddress address) : Exception($"{host} is at {address}");

/// <summary>Makes each connection to an address that was checked: the name is looked up once, and what was checked is what is dialled, so a second answer from DNS changes nothing.</summary>
/// <remarks>Hosts in the resolve map are dialled where it says, unchecked. Thread-safe.</remarks>
internal sealed class GuardedConnector(ResolveMap resolve, HostResolver resolver, Dialer dialer, TimeSpan deadline, TimeProvider time)
{
    // A name may have thousands of addresses; no client tries them all.
    private const int MaxAddresses = 8;

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="PrivateAddressException">The host has addresses, none of them public; nothing was sent.</exception>
    /// <exception cref="SocketException">The name does not resolve, or no address can be connected to.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var isLiteral = IPAddress.TryParse(host, out var literal);
        if (resolve.TryGet(literal?.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{literal}]" : host, out var given))
        {
            return await dialer(new IPEndPoint(given.Address, given.Port == 0 ? port : given.Port), stop).ConfigureAwait(false);
        }

        var addresses = isLiteral ? [literal!] : await resolver(host, stop).ConfigureAwait(false);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.NoData);
        var open = addresses.Where(AddressPolicy.IsPublic).Take(MaxAddresses).ToArray();
        if (open.Length == 0) throw new PrivateAddressException(host, addresses[0]);

        // One share is left over for the answer of the last address.
        var share = deadline / (open.Length + 1);
        for (var i = 0; ; i++)
        {
            using var late = new CancellationTokenSource(share, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop);
            try
            {
                return await dialer(new IPEndPoint(open[i], port), either.Token).ConfigureAwait(false);
            }
            catch (SocketException) when (i < open.Length - 1)
            {
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                if (i == open.Length - 1) throw new SocketException((int)SocketError.TimedOut);
            }
        }
    }

    /// <summary>The usual way: a TCP connection.</summary>
    public static async ValueTask<Stream> DialAsync(IPEndPoint target, CancellationToken stop)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, stop).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
