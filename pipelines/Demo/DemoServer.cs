using System.Collections.Concurrent;
using Memorization.Pipelines.Http;
using Microsoft.AspNetCore.Http;

namespace Memorization.Pipelines.Demo;

/// <summary>Serves every URL of a <see cref="DemoWorld"/> on a loopback port, found by Host header and path, and misbehaves as planned.</summary>
/// <remarks>Reached through the study's <c>fetch.resolve</c> (<see cref="Resolve"/>). Stops when disposed; leaves Ctrl+C to the verb. Writes no log.</remarks>
internal sealed class DemoServer : IAsyncDisposable
{
    private const string Moved = "?moved";

    private readonly Dictionary<(string Host, string Path), DemoRow> _rows;
    private readonly ConcurrentDictionary<(string Host, string Path), int> _requests = new();
    private readonly DemoPictures _pictures;
    private readonly TimeProvider _time;
    private readonly RequestLog? _log;
    private LoopbackServer? _server;

    private DemoServer(DemoWorld world, TimeProvider time, RequestLog? log)
    {
        _log = log;
        _rows = world.Rows.Where(row => row.Fault != DemoFault.DuplicateRow).ToDictionary(row => (row.Host, row.Path));
        _pictures = world.Pictures();
        _time = time;
    }

    /// <summary>The loopback port.</summary>
    public int Port => _server!.Port;

    /// <summary>What <c>fetch.resolve</c> must hold: host pattern and address.</summary>
    public KeyValuePair<string, string> Resolve => new($"*.{DemoUrls.Domain}", $"127.0.0.1:{Port}");

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="world">What it serves.</param>
    /// <param name="time">The clock of slow answers.</param>
    /// <param name="stop">Stops the start.</param>
    /// <param name="log">Where each request is written down; null for nowhere. Stays the caller's.</param>
    public static async Task<DemoServer> StartAsync(DemoWorld world, TimeProvider time, CancellationToken stop, RequestLog? log = null)
    {
        var server = new DemoServer(world, time, log);
        server._server = await LoopbackServer.StartAsync(0, server.ServeAsync, "port", stop).ConfigureAwait(false);
        return server;
    }

    /// <summary>Requests so far for one host and path, redirected ones included; any host, any path.</summary>
    public int Requests(string host, string path) => _requests.GetValueOrDefault((host, path));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private Task ServeAsync(HttpContext context)
    {
        var address = (context.Request.Host.Host, context.Request.Path.Value ?? "/");
        var attempt = _requests.AddOrUpdate(address, 1, (_, count) => count + 1);
        _log?.Add(address.Host, address.Item2, attempt);
        if (!_rows.TryGetValue(address, out var row)) return context.StatusAsync(404);
        switch (row.Fault)
        {
            case DemoFault.NotFound: return context.StatusAsync(404);
            case DemoFault.Gone: return context.StatusAsync(410);
            case DemoFault.Forbidden: return context.StatusAsync(403);
            case DemoFault.ServerError: return context.StatusAsync(500);
            case DemoFault.ErrorThenImage when attempt == 1: return context.StatusAsync(500);
            case DemoFault.ThrottledThenImage when attempt == 1:
                context.Response.Headers.RetryAfter = "1";
                return context.StatusAsync(429);
            case DemoFault.Redirect when context.Request.QueryString.Value != Moved:
                context.Response.Headers.Location = new Uri($"http://{row.Host}{row.Path}").AbsoluteUri + Moved;
                return context.StatusAsync(301);
            case DemoFault.RedirectToLoopback:
                context.Response.Headers.Location = $"http://127.0.0.1:{Port}/latest/meta-data/";
                return context.StatusAsync(302);
            case DemoFault.Reset: return context.ResetAsync();
            case DemoFault.EmptyBody: return context.SendAsync(default, "image/jpeg");
            case DemoFault.HtmlPage: return context.PageAsync();
            default: return SendPictureAsync(context, row.Fault, _pictures.Render(row.Picture));
        }
    }

    private Task SendPictureAsync(HttpContext context, DemoFault? fault, byte[] file)
    {
        switch (fault)
        {
            case DemoFault.TruncatedJpeg: return context.SendAsync(file.AsMemory(0, file.Length / 2), "image/jpeg");
            case DemoFault.HugeHeader: return context.SendAsync(Huge(file), "image/jpeg");
            case DemoFault.SlowBody: return context.TrickleAsync(file, "image/jpeg", _time);
            case DemoFault.ShortBody: return context.HalfAsync(file, "image/jpeg");
            case DemoFault.NoAi:
                context.Response.Headers["X-Robots-Tag"] = "noai, noimageai";
                return context.SendAsync(file, "image/jpeg");
            default: return context.SendAsync(file, file[0] switch { 0xFF => "image/jpeg", 0x89 => "image/png", _ => "image/webp" });
        }
    }

    // Writes 60,000 into both dimensions of the JPEG's start-of-frame segment: FF C0, length, precision, height, width.
    private static byte[] Huge(byte[] jpeg)
    {
        var huge = jpeg.ToArray();
        var frame = huge.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
        for (var i = 5; i < 9; i += 2) System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(huge.AsSpan(frame + i), 60_000);
        return huge;
    }
}
