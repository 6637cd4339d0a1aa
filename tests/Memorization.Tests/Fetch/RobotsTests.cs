using Memorization.Fetch;
using Memorization.Flow;
using Shouldly;
using Xunit;
using static Memorization.Tests.Fetch.Fetching;

namespace Memorization.Tests.Fetch;

public sealed class RobotsTests
{
    private const string Forbidding = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /no/\n";

    [Fact]
    public async Task A_file_is_read_once_a_site_and_what_it_disallows_is_not_asked_for()
    {
        await using var server = Site(x => x.SendAsync(Forbidding));
        using var fetcher = new ImageFetcher(At(server) with { RobotsTxt = true }, TimeProvider.System);
        (await FetchAsync(fetcher, "http://a.img.test/yes/1.jpg")).Kept();
        (await FetchAsync(fetcher, "http://a.img.test/yes/2.jpg")).Kept();
        var rejected = (await FetchAsync(fetcher, "http://a.img.test/no/3.jpg")).Rejected(Reason.RobotsDisallowed);
        rejected.Detail.ShouldBe("robots.txt: Disallow: /no/");
        rejected.Record.HttpStatus.ShouldBeNull();
        (await FetchAsync(fetcher, "http://b.img.test/yes/4.jpg")).Kept();
        server.Heads.Select(head => head.Split(' ')[1]).ShouldBe(["/robots.txt", "/yes/1.jpg", "/yes/2.jpg", "/robots.txt", "/yes/4.jpg"]);
        fetcher.Requests.ShouldBe(5);
    }

    [Fact]
    public async Task Rows_that_come_together_wait_for_one_file()
    {
        await using var server = Site(x => x.SendAsync(Forbidding));
        using var fetcher = new ImageFetcher(At(server) with { RobotsTxt = true }, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => FetchAsync(fetcher, $"http://a.img.test/yes/{i}.jpg")));
        server.Heads.Count(head => head.Contains("/robots.txt", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_to_another_site_is_under_that_site_s_file()
    {
        await using var server = new RawServer(x => x.Path switch
        {
            "/robots.txt" => x.SendAsync(x.Head.Contains("b.img.test", StringComparison.Ordinal) ? Forbidding : "HTTP/1.1 404 None\r\n\r\n"),
            "/moved" => x.SendAsync("HTTP/1.1 302 Found\r\nLocation: http://b.img.test/no/x.jpg\r\n\r\n"),
            _ => x.OkAsync(Jpeg),
        });
        (await Fetching.FetchAsync(At(server) with { RobotsTxt = true }, "http://a.img.test/moved")).Rejected(Reason.RobotsDisallowed);
        server.Heads.ShouldNotContain(head => head.Contains("/no/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HTTP/1.1 404 None\r\n\r\n")]
    [InlineData("HTTP/1.1 403 No\r\n\r\n")]
    [InlineData("HTTP/1.1 301 Moved\r\nLocation: /robots.txt\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/robots.txt\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    public async Task A_site_without_a_file_allows_everything(string answer)
    {
        await using var server = Site(x => x.SendAsync(answer));
        (await Fetching.FetchAsync(At(server) with { RobotsTxt = true }, "http://a.img.test/no/x.jpg")).Kept();
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Busy\r\n\r\n", Reason.ServerError)]
    [InlineData("HTTP/1.1 429 Slow\r\n\r\n", Reason.TooManyRequests)]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n", Reason.MalformedResponse)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nUser-agent", Reason.TruncatedBody)]
    public async Task While_the_file_cannot_be_had_nothing_else_is_asked_for(string answer, Reason reason)
    {
        await using var server = Site(x => x.SendAsync(answer));
        (await Fetching.FetchAsync(At(server) with { RobotsTxt = true, MaxAttempts = 1 }, "http://a.img.test/x.jpg")).Rejected(reason).Detail!.ShouldStartWith("robots.txt: ");
        server.Heads.ShouldAllBe(head => head.Contains("/robots.txt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_an_endless_file_the_beginning_counts()
    {
        await using var server = Site(async x =>
        {
            await x.SendAsync(Forbidding);
            var line = string.Concat(Enumerable.Repeat("# and so on\n", 1000));
            while (true) await x.SendAsync(line);
        });
        (await Fetching.FetchAsync(At(server) with { RobotsTxt = true }, "http://a.img.test/no/x.jpg")).Rejected(Reason.RobotsDisallowed);
    }

    [Fact]
    public async Task Who_does_not_want_to_know_does_not_ask()
    {
        await using var server = Site(x => x.SendAsync(Forbidding));
        (await Fetching.FetchAsync(At(server) with { RobotsTxt = false }, "http://a.img.test/no/x.jpg")).Kept();
        server.Heads.Count.ShouldBe(1);
    }

    private static RawServer Site(Func<Exchange, Task> robots) => new(x => x.Path == "/robots.txt" ? robots(x) : x.OkAsync(Jpeg));

    private static async Task<Outcome<FetchedImage>> FetchAsync(ImageFetcher fetcher, string url) => await fetcher.RunAsync(Row(url), TestContext.Current.CancellationToken);
}
