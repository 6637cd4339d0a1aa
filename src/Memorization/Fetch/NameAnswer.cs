using System.Net;
using System.Net.Sockets;

namespace Memorization.Fetch;

/// <summary>What a look-up found.</summary>
/// <param name="Addresses">The name's addresses; empty if there is an error.</param>
/// <param name="Error">Why there are none; null if there are.</param>
/// <param name="TimeToLive">How long the answer holds.</param>
internal sealed record NameAnswer(IReadOnlyList<IPAddress> Addresses, SocketError? Error, TimeSpan TimeToLive);
