using Memorization.Configuration;
using Memorization.Pipelines.Demo;
using Memorization.Pipelines.Terminal;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Memorization.Pipelines.Bench;

/// <summary>A made web: what a path answers, and how slowly, follows from the path alone, whatever the host.</summary>
/// <remarks>Latency is log-normal with a median of 80 ms, 1 in 100 above 2 s; a quarter of the paths fail for ever, in the proportions of <see cref="Failures"/>.</remarks>
internal sealed class FetchServer(IReadOnlyList<byte[]> images, bool plain)
{
    private const int Painted = 64;
    private const double MedianMilliseconds = 80;
    private const double MostMilliseconds = 20_000;

    // ln(2000 / 80) over the normal distribution's 99th percentile.
    private const double Sigma = 3.2189 / 2.3263;

    private static readonly TimeSpan TricklePause = TimeSpan.FromMilliseconds(250);

    /// <summary>Kinds of failure and how many paths in a thousand have them.</summary>
    public static IReadOnlyList<(string Kind, int PerThousand)> Failures { get; } =
    [
        ("404", 60), ("410", 20), ("403", 30), ("500", 30), ("503", 10), ("reset", 20), ("short", 20), ("html", 40), ("empty", 10), ("slow", 10),
    ];

    /// <summary>Photographs of the demo's painter, JPEG.</summary>
    public static IReadOnlyList<byte[]> Paint(int side)
    {
        var pictures = new DemoPictures([]);
        return [.. Enumerable.Range(0, Painted).AsParallel().AsOrdered().Select(i => pictures.Render(new DemoPicture((ulong)i, (ulong)(i + Painted), side, side)))];
    }

    /// <summary>The files below a folder.</summary>
    public static IReadOnlyList<byte[]> Read(string folder)
    {
        var files = InputFiles.Below(folder);
        return files.Count > 0
            ? [.. files.Select(file => InputFiles.Read(file, () => File.ReadAllBytes(Path.Combine(folder, file))))]
            : throw new SetupException($"--images: there is no file below {folder}");
    }

    /// <summary>Answers a request.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        if (context.Request.Path == "/robots.txt")
        {
            context.Response.StatusCode = 404;
            context.Response.ContentLength = 0;
            return;
        }

        var random = new DemoRandom(Hash(context.Request.Path.Value!));
        var image = images[random.Below(images.Count)];
        if (plain)
        {
            await SendAsync(context, image, "image/jpeg", image.Length);
            return;
        }

        await Task.Delay(Latency(random), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        switch (Failure(random.Below(1000)))
        {
            case null: await SendAsync(context, image, "image/jpeg", image.Length); break;
            case "reset":
                var socket = context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
                socket.LingerState = new(true, 0);
                socket.Close();
                break;
            // Kestrel closes a connection whose answer ends before the length it announced.
            case "short": await SendAsync(context, image.AsMemory(0, image.Length / 2), "image/jpeg", image.Length); break;
            case "html": await SendAsync(context, Page, "text/html", Page.Length); break;
            case "empty": await SendAsync(context, default, "image/jpeg", 0); break;
            case "slow": await TrickleAsync(context, image); break;
            case var status:
                context.Response.StatusCode = int.Parse(status, System.Globalization.CultureInfo.InvariantCulture);
                context.Response.ContentLength = 0;
                break;
        }
    }

    private static byte[] Page { get; } = [.. "<!DOCTYPE html><html><title>Image not found</title><p>This shop is closed.</html>"u8];

    private static string? Failure(int at)
    {
        foreach (var (kind, share) in Failures)
        {
            if (at < share) return kind;
            at -= share;
        }

        return null;
    }

    // Box and Muller's way from two uniform numbers to a normal one.
    private static TimeSpan Latency(DemoRandom random)
    {
        var normal = Math.Sqrt(-2 * Math.Log((random.Below(1 << 30) + 1.0) / (1 << 30))) * Math.Cos(2 * Math.PI * random.Below(1 << 30) / (1 << 30));
        return TimeSpan.FromMilliseconds(Math.Min(MedianMilliseconds * Math.Exp(Sigma * normal), MostMilliseconds));
    }

    private static Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body, string type, int announced)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = announced;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static async Task TrickleAsync(HttpContext context, byte[] file)
    {
        context.Response.ContentType = "image/jpeg";
        context.Response.ContentLength = file.Length;
        for (var i = 0; i < file.Length && !context.RequestAborted.IsCancellationRequested; i++)
        {
            await context.Response.Body.WriteAsync(file.AsMemory(i, 1));
            await context.Response.Body.FlushAsync();
            await Task.Delay(TricklePause, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // FNV-1a: the same path behaves the same in every process.
    private static ulong Hash(string path)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in path) hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }
}
