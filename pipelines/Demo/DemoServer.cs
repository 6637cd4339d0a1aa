using System.Collections.Concurrent;
using Memorization.Pipelines.Http;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Memorization.Pipelines.Demo;

/// <summary>Serves every URL of a <see cref="DemoWorld"/> on a loopback port, found by Host header and path, and misbehaves as planned.</summary>
/// <remarks>Reached through the study's <c>fetch.resolve</c> (<see cref="Resolve"/>). Stops when disposed; leaves Ctrl+C to the verb. Writes no log.</remarks>
internal sealed class DemoServer : IAsyncDisposable
{
    private const string Moved = "?moved";
    private static readonly TimeSpan TricklePause = TimeSpan.FromMilliseconds(250);

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
        if (!_rows.TryGetValue(address, out var row)) return StatusAsync(context, 404);
        switch (row.Fault)
        {
            case DemoFault.NotFound: return StatusAsync(context, 404);
            case DemoFault.Gone: return StatusAsync(context, 410);
            case DemoFault.Forbidden: return StatusAsync(context, 403);
            case DemoFault.ServerError: return StatusAsync(context, 500);
            case DemoFault.ErrorThenImage when attempt == 1: return StatusAsync(context, 500);
            case DemoFault.ThrottledThenImage when attempt == 1:
                context.Response.Headers.RetryAfter = "1";
                return StatusAsync(context, 429);
            case DemoFault.Redirect when context.Request.QueryString.Value != Moved:
                context.Response.Headers.Location = new Uri($"http://{row.Host}{row.Path}").AbsoluteUri + Moved;
                return StatusAsync(context, 301);
            case DemoFault.RedirectToLoopback:
                context.Response.Headers.Location = $"http://127.0.0.1:{Port}/latest/meta-data/";
                return StatusAsync(context, 302);
            case DemoFault.Reset:
                // Closing without lingering is what sends RST; Abort() may end the stream in good order.
                var socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
                socket.LingerState = new(true, 0);
                socket.Close();
                return Task.CompletedTask;
            case DemoFault.EmptyBody: return SendAsync(context, default, "image/jpeg");
            case DemoFault.HtmlPage: return SendAsync(context, "<!DOCTYPE html><html><title>Image not found</title><p>This shop is closed.</html>"u8.ToArray(), "text/html");
            default: return SendPictureAsync(context, row.Fault, _pictures.Render(row.Picture));
        }
    }

    private Task SendPictureAsync(HttpContext context, DemoFault? fault, byte[] file)
    {
        switch (fault)
        {
            case DemoFault.TruncatedJpeg: return SendAsync(context, file.AsMemory(0, file.Length / 2), "image/jpeg");
            case DemoFault.HugeHeader: return SendAsync(context, Huge(file), "image/jpeg");
            case DemoFault.SlowBody: return TrickleAsync(context, file);
            // Kestrel closes a connection whose answer ends before the length it announced.
            case DemoFault.ShortBody: return SendAsync(context, file.AsMemory(0, file.Length / 2), "image/jpeg", file.Length);
            case DemoFault.NoAi:
                context.Response.Headers["X-Robots-Tag"] = "noai, noimageai";
                return SendAsync(context, file, "image/jpeg");
            default: return SendAsync(context, file, file[0] switch { 0xFF => "image/jpeg", 0x89 => "image/png", _ => "image/webp" });
        }
    }

    private static Task StatusAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private static Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body, string type, int? announced = null)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = announced ?? body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>Announces the whole file and sends a byte now and then until the client is gone.</summary>
    private async Task TrickleAsync(HttpContext context, byte[] file)
    {
        context.Response.ContentType = "image/jpeg";
        context.Response.ContentLength = file.Length;
        for (var i = 0; i < file.Length && !context.RequestAborted.IsCancellationRequested; i++)
        {
            await context.Response.Body.WriteAsync(file.AsMemory(i, 1)).ConfigureAwait(false);
            await context.Response.Body.FlushAsync().ConfigureAwait(false);
            await Task.Delay(TricklePause, _time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
