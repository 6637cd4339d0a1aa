using System.Globalization;
using Memorization.Fetch;
using Memorization.Flow;
using Shouldly;
using Xunit;
using static Memorization.Tests.Fetch.Fetching;

namespace Memorization.Tests.Fetch;

public sealed class OptOutTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2024-06-01T12:00:00Z", CultureInfo.InvariantCulture);
    private static readonly RobotsTag Robots = new(new FetchOptions().OptOutDirectives, "Memorization");

    [Theory]
    [InlineData("noai", "noai")]
    [InlineData("NoImageAI", "noimageai")]
    [InlineData("noindex, nofollow", "noindex")]
    [InlineData("nofollow,noimageindex", "noimageindex")]
    [InlineData("none", "none")]
    [InlineData("noai noimageai", "noai")]
    [InlineData("memorization: noindex", "noindex")]
    [InlineData("*: noai", "noai")]
    [InlineData("otherbot: nofollow, memorization: noai", "noai")]
    [InlineData("max-image-preview: large, noai", "noai")]
    [InlineData("unavailable_after: 25 Jun 2010 15:00:00 PST", "unavailable_after")]
    [InlineData("unavailable_after: Friday, 25-Jun-10 15:00:00 UTC", "unavailable_after")]
    [InlineData("unavailable_after: 2024-06-01T12:00:00Z, nofollow", "unavailable_after")]
    [InlineData("memorization: unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT", "unavailable_after")]
    [InlineData("nofollow", null)]
    [InlineData("all", null)]
    [InlineData("", null)]
    [InlineData(",,: ,", null)]
    [InlineData("otherbot: noai", null)]
    [InlineData("otherbot: nofollow, noindex", null)]
    [InlineData("noaircraft", null)]
    [InlineData("max-snippet: -1", null)]
    [InlineData("unavailable_after: 2024-06-01T12:00:01Z", null)]
    [InlineData("unavailable_after: 25 Jun 2099 15:00:00 PST", null)]
    [InlineData("unavailable_after: soon", null)]
    [InlineData("unavailable_after", null)]
    [InlineData("otherbot: unavailable_after: 2010-01-01", null)]
    public void A_directive_that_is_for_us_and_counts_opts_out(string value, string? directive) => Robots.OptOut(value, Now).ShouldBe(directive);

    [Fact]
    public void Only_the_chosen_directives_count()
    {
        var robots = new RobotsTag(["noai"], "Memorization");
        robots.OptOut("noindex, none, unavailable_after: 2010-01-01", Now).ShouldBeNull();
        robots.OptOut("noindex, noai", Now).ShouldBe("noai");
    }

    [Fact]
    public async Task A_publisher_who_opts_out_is_obeyed_before_the_body_is_sent()
    {
        // The server has announced a body and does not send a byte of it: whoever waits for one gets a time-out.
        await using var server = new RawServer(async x =>
        {
            await x.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nX-Robots-Tag: nofollow\r\nX-Robots-Tag: noai\r\n\r\n");
            await x.SilenceAsync();
        });
        var record = (await FetchAsync(At(server))).Rejected(Reason.OptedOut).Record;
        record.Attempts.ShouldBe(1);
        record.HttpStatus.ShouldBe(200);
        server.Heads.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_missing_page_that_is_not_to_be_indexed_is_missing()
    {
        await using var server = new RawServer("HTTP/1.1 404 Not Found\r\nX-Robots-Tag: noindex\r\nContent-Length: 0\r\n\r\n");
        (await FetchAsync(At(server))).Rejected(Reason.NotFound);
    }
}
