using System.Net;
using Memorization.Captions;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Urls;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Fetch;

/// <summary>What the tests of fetching share: a row, options that do not wait, a fetcher pointed at a server.</summary>
internal static class Fetching
{
    /// <summary>Starts as a JPEG does and has bytes that no text has.</summary>
    public static byte[] Jpeg { get; } = [0xFF, 0xD8, 0xFF, 0xE0, .. Enumerable.Range(0, 2000).Select(i => (byte)(i * 7))];

    /// <summary>Every name under img.test is at the server.</summary>
    public static FetchOptions At(RawServer server) => new()
    {
        Resolve = new Dictionary<string, string> { ["*.img.test"] = server.EndPoint.ToString() },
        BackoffSeconds = 0.001,
        AttemptDeadlineSeconds = 10,
        RobotsTxt = false,
    };

    public static SelectedRow Row(string url)
    {
        HttpUrl.TryParse(url, null, out var parsed).ShouldBeNull(url);
        return new(new LaionRow { Key = 1, Unit = new UnitId(1, 0), RowInGroup = 0, Url = url, Caption = "a painting" }, parsed.Url, 5);
    }

    public static async Task<Outcome<FetchedImage>> FetchAsync(FetchOptions options, string url = "http://a.img.test/x.jpg")
    {
        using var fetcher = new ImageFetcher(options, TimeProvider.System);
        return await fetcher.RunAsync(Row(url), TestContext.Current.CancellationToken);
    }

    /// <summary>Fetches with look-ups and connections that the test makes up.</summary>
    public static async Task<Outcome<FetchedImage>> FetchAsync(string url, HostResolver resolver, Dialer dialer)
    {
        using var fetcher = new ImageFetcher(new FetchOptions { BackoffSeconds = 0.001, RobotsTxt = false }, TimeProvider.System, resolver, dialer);
        return await fetcher.RunAsync(Row(url), TestContext.Current.CancellationToken);
    }

    public static FetchRejection Rejected(this Outcome<FetchedImage> outcome, Reason reason)
    {
        outcome.Rejection.ShouldNotBeNull("the image was kept").Reason.ShouldBe(reason, outcome.Rejection?.Detail);
        return outcome.Rejection.ShouldBeOfType<FetchRejection>();
    }

    public static FetchedImage Kept(this Outcome<FetchedImage> outcome)
    {
        outcome.IsKept(out var image).ShouldBeTrue(outcome.ToString());
        return image!;
    }

    public static Dialer Never => (target, _) => throw new ShouldAssertException($"{target} was dialled");

    public static HostResolver Answering(params string[] addresses) =>
        (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());
}
