using System.Text;
using Microsoft.AspNetCore.Http;

namespace Memorization.Pipelines.Http;

/// <summary>The page http://127.0.0.1:PORT/metrics, for as long as a verb runs.</summary>
internal sealed class MetricsPage : IAsyncDisposable
{
    private readonly MetricsText _text;
    private readonly LoopbackServer _server;

    private MetricsPage(MetricsText text, LoopbackServer server) => (_text, _server) = (text, server);

    /// <summary>Starts it.</summary>
    /// <exception cref="Configuration.SetupException">The port is in use or not allowed.</exception>
    public static async Task<MetricsPage> StartAsync(int port, CancellationToken stop)
    {
        var text = new MetricsText();
        try
        {
            return new MetricsPage(text, await LoopbackServer.StartAsync(port, context => ServeAsync(context, text), "--metrics-port", stop));
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _text.Dispose();
    }

    private static Task ServeAsync(HttpContext context, MetricsText text)
    {
        if (context.Request.Path != "/metrics")
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var body = Encoding.UTF8.GetBytes(text.Read());
        context.Response.ContentType = MetricsText.ContentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
