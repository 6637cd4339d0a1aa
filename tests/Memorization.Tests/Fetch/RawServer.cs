using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Memorization.Tests.Fetch;

/// <summary>One request as it stands on the wire, and the socket to answer or mistreat it on.</summary>
internal sealed record Exchange(string Head, string Path, int Hit, Socket Socket, CancellationToken Stop)
{
    public async Task SendAsync(string text) => await SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;) sent += await Socket.SendAsync(bytes.AsMemory(sent), Stop);
    }

    public Task OkAsync(byte[] body, string headers = "Content-Type: image/jpeg\r\n") => SendAsync(
        [.. Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n{headers}\r\n"), .. body]);

    /// <summary>Ends the connection with RST instead of FIN.</summary>
    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Close();
    }

    /// <summary>Waits until the other side or the test gives up.</summary>
    public async Task<bool> SilenceAsync() => await Socket.ReceiveAsync(new byte[1], Stop) == 0;
}

/// <summary>A TCP server on loopback that reads request heads and lets the test do anything to the connection; it closes after each answer unless told to go on.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Exchange, Task> _answer;
    private readonly bool _keepAlive;
    private readonly ConcurrentDictionary<string, int> _hits = new();
    private readonly Task _accepting;
    private int _connections;

    public RawServer(Func<Exchange, Task> answer, bool keepAlive = false)
    {
        (_answer, _keepAlive) = (answer, keepAlive);
        _listener.Start(512);
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        _accepting = AcceptAsync();
    }

    public RawServer(string answer)
        : this(exchange => exchange.SendAsync(answer))
    {
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Connections accepted, whatever was sent on them.</summary>
    public int Connections => _connections;

    public ConcurrentQueue<string> Heads { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        try
        {
            do
            {
                if (await ReadHeadAsync(socket) is not { } head) return;
                Heads.Enqueue(head);
                var path = head.Split(' ')[1];
                await _answer(new Exchange(head, path, _hits.AddOrUpdate(path, 1, (_, n) => n + 1), socket, _stop.Token));
            }
            while (_keepAlive);
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
        }
    }

    private async Task<string?> ReadHeadAsync(Socket socket)
    {
        var head = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, _stop.Token);
            if (read == 0) return null;
            head.Append(Encoding.Latin1.GetString(buffer, 0, read));
            var text = head.ToString();
            if (text.Contains("\r\n\r\n", StringComparison.Ordinal)) return text;
            // A TLS record is not a request head: answer it as a plain server does, with whatever it has to say.
            if (text[0] == '\x16') return "TLS / hello";
        }
    }
}
