using System.Net;
using System.Net.Sockets;
using Microsoft.Security.AntiSSRF;

namespace Memorization.Urls;

/// <summary>Says whether an address is one of the public Internet: the only kind that is ever dialled.</summary>
/// <remarks>Thread-safe.</remarks>
public static class AddressPolicy
{
    // The maintained list holds the IANA special-purpose registries and the clouds' own addresses. It leaves out the IPv4-compatible ::/96,
    // which Linux still routes to loopback for ::127.0.0.1.
    private static readonly IPNetwork[] NotPublic =
        [.. IPAddressRanges.recommendedLatest.Append("::/96").Select(IPNetwork.Parse)];

    // All that IANA has given out for global unicast. 6to4, Teredo and NAT64's prefixes, which carry an IPv4 address inside, are in the list or outside this.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>True if the address is globally reachable unicast. An IPv4-mapped IPv6 address is judged as the IPv4 address it carries.</summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address)) return false;
        foreach (var network in NotPublic)
        {
            if (network.Contains(address)) return false;
        }

        return true;
    }
}
