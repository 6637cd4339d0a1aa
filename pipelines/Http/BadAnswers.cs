using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Memorization.Pipelines.Http;

/// <summary>The ways of good and bad servers to answer, for the made webs.</summary>
internal static class BadAnswers
{
    private static readonly TimeSpan TricklePause = TimeSpan.FromMilliseconds(250);
    private static readonly byte[] Page = [.. "<!DOCTYPE html><html><title>Image not found</title><p>This shop is closed.</html>"u8];

    /// <summary>A status and no body.</summary>
    public static Task StatusAsync(this HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>A body, of the length announced if one is: Kestrel closes a connection whose answer ends before.</summary>
    public static Task SendAsync(this HttpContext context, ReadOnlyMemory<byte> body, string type, int? announced = null)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = announced ?? body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>A web page where there was an image once.</summary>
    public static Task PageAsync(this HttpContext context) => context.SendAsync(Page, "text/html");

    /// <summary>Half of a file that is announced whole.</summary>
    public static Task HalfAsync(this HttpContext context, byte[] file, string type) => context.SendAsync(file.AsMemory(0, file.Length / 2), type, file.Length);

    /// <summary>Breaks the connection. Closing without lingering is what sends RST; Abort() may end the stream in good order.</summary>
    public static Task ResetAsync(this HttpContext context)
    {
        var socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        socket.LingerState = new(true, 0);
        socket.Close();
        return Task.CompletedTask;
    }

    /// <summary>Announces the whole file and sends a byte now and then until the client is gone.</summary>
    public static async Task TrickleAsync(this HttpContext context, byte[] file, string type, TimeProvider time)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = file.Length;
        for (var i = 0; i < file.Length && !context.RequestAborted.IsCancellationRequested; i++)
        {
            await context.Response.Body.WriteAsync(file.AsMemory(i, 1)).ConfigureAwait(false);
            await context.Response.Body.FlushAsync().ConfigureAwait(false);
            await Task.Delay(TricklePause, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
