using System.Globalization;
using Memorization.Pipelines.Demo;
using Memorization.Pipelines.Http;
using Microsoft.AspNetCore.Http;

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

    /// <summary>Answers a request.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        if (context.Request.Path == "/robots.txt")
        {
            await context.StatusAsync(404);
            return;
        }

        var random = new DemoRandom(Hash(context.Request.Path.Value!));
        var image = images[random.Below(images.Count)];
        if (plain)
        {
            await context.SendAsync(image, "image/jpeg");
            return;
        }

        await Task.Delay(Latency(random), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        switch (Failure(random.Below(1000)))
        {
            case null: await context.SendAsync(image, "image/jpeg"); break;
            case "reset": await context.ResetAsync(); break;
            case "short": await context.HalfAsync(image, "image/jpeg"); break;
            case "html": await context.PageAsync(); break;
            case "empty": await context.SendAsync(default, "image/jpeg"); break;
            case "slow": await context.TrickleAsync(image, "image/jpeg", TimeProvider.System); break;
            case var status: await context.StatusAsync(int.Parse(status, CultureInfo.InvariantCulture)); break;
        }
    }

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

    // FNV-1a: the same path behaves the same in every process.
    private static ulong Hash(string path)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in path) hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }
}
