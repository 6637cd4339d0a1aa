using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Memorization.Tests.Fetch;

/// <summary>A name server on loopback (RFC 1035, UDP) that answers as the test says.</summary>
internal sealed class FakeDns : IAsyncDisposable
{
    private const int A = 1;
    private const int Aaaa = 28;

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, int, DnsReply?> _answer;
    private readonly Task _serving;

    /// <param name="answer">The reply to the n-th question for a name, from 1; null for silence.</param>
    public FakeDns(Func<string, int, DnsReply?> answer)
    {
        _answer = answer;
        _serving = ServeAsync();
    }

    public string EndPoint => _socket.Client.LocalEndPoint!.ToString()!;

    /// <summary>Questions for A records, by name.</summary>
    public ConcurrentDictionary<string, int> Questions { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync(_stop.Token);
                if (Reply(question.Buffer) is { } reply) await _socket.SendAsync(reply, question.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private byte[]? Reply(byte[] query)
    {
        var at = 12;
        var name = new StringBuilder();
        for (int length; (length = query[at]) > 0; at += length + 1) name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(query, at + 1, length));
        var type = BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(at + 1));
        var host = name.ToString();
        var count = type == A ? Questions.AddOrUpdate(host, 1, (_, n) => n + 1) : Questions.GetValueOrDefault(host, 1);
        if (_answer(host, count) is not { } reply) return null;
        var records = reply.Addresses.Select(IPAddress.Parse).Where(address => address.AddressFamily == (type == Aaaa ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork)).ToList();
        var result = new List<byte>(query[..2]) { 0x81, (byte)(0x80 | reply.Code), 0, 1, 0, (byte)records.Count, 0, 0, 0, 0 };
        result.AddRange(query[12..(at + 5)]);
        foreach (var address in records)
        {
            var bytes = address.GetAddressBytes();
            result.AddRange([0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, reply.Seconds, 0, (byte)bytes.Length, .. bytes]);
        }

        return [.. result];
    }
}

/// <summary>What a name server says: a response code (0 done, 2 server failure, 3 no such name), addresses, and how many seconds they hold.</summary>
internal sealed record DnsReply(byte Code, byte Seconds, params string[] Addresses);
