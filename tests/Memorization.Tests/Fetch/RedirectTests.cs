using System.Net;
using System.Net.Sockets;
using Memorization.Fetch;
using Memorization.Flow;
using Shouldly;
using Xunit;
using static Memorization.Tests.Fetch.Fetching;

namespace Memorization.Tests.Fetch;

public sealed class RedirectTests
{
    private static string To(string location, int status = 302) => $"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n";

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_chain_of_redirects_over_hosts_and_relative_paths_is_followed_in_one_attempt(int status)
    {
        await using var server = new RawServer(x => x.Path switch
        {
            "/x.jpg" => x.SendAsync(To("http://B.img.test:81/one/two?q=1", status)),
            "/one/two?q=1" => x.SendAsync(To("../thr\xC3\xA9\xC3\xA9#part", status)),
            _ => x.OkAsync(Jpeg),
        });

        var image = (await FetchAsync(At(server))).Kept();

        image.Record.Attempts.ShouldBe(1);
        server.Heads.Select(head => head.Split('\r')[0]).ShouldBe(["GET /x.jpg HTTP/1.1", "GET /one/two?q=1 HTTP/1.1", "GET /thr%C3%A9%C3%A9 HTTP/1.1"]);
        server.Heads.Last().ShouldContain("Host: b.img.test:81\r\n");
    }

    [Fact]
    public async Task A_redirect_without_end_is_bad_after_the_allowed_number()
    {
        await using var server = new RawServer(To("/x.jpg"));
        (await FetchAsync(At(server) with { MaxRedirects = 3 })).Rejected(Reason.BadRedirect);
        server.Heads.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("ftp://a.img.test/x.jpg")]
    [InlineData("http://user:secret@a.img.test/x.jpg")]
    public async Task A_redirect_to_what_no_row_may_name_is_bad(string location)
    {
        await using var server = new RawServer(To(location));
        (await FetchAsync(At(server))).Rejected(Reason.BadRedirect).Record.Attempts.ShouldBe(1);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://metadata.google.internal/")]
    [InlineData("//[fd00:ec2::254]/")]
    [InlineData("http://10.0.0.1/")]
    public async Task A_redirect_into_a_private_network_is_refused(string location)
    {
        await using var server = new RawServer(To(location));
        using var fetcher = new ImageFetcher(At(server), TimeProvider.System, Answering(), Connect(server));
        (await fetcher.RunAsync(Row("http://a.img.test/"), TestContext.Current.CancellationToken)).Rejected(Reason.PrivateAddress);
        fetcher.Requests.ShouldBe(1);
    }

    [Theory]
    [InlineData("http://127.0.0.1:PORT/")]
    [InlineData("http://2130706433:PORT/")]
    [InlineData("http://0x7f.1:PORT/")]
    [InlineData("http://127.1:PORT/")]
    [InlineData("http://[::ffff:127.0.0.1]:PORT/")]
    [InlineData("http://localhost:PORT/")]
    [InlineData("http:\\\\127.0.0.1:PORT/")]
    public async Task A_redirect_to_loopback_does_not_reach_the_server_that_listens_there(string location)
    {
        await using var inside = new RawServer(x => x.OkAsync(Jpeg));
        await using var outside = new RawServer(To(location.Replace("PORT", $"{inside.EndPoint.Port}", StringComparison.Ordinal)));

        (await FetchAsync(At(outside))).Rejected(Reason.PrivateAddress).Record.Attempts.ShouldBe(1);

        outside.Connections.ShouldBe(1);
        inside.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task A_public_name_at_a_private_address_is_refused_and_not_dialled() =>
        (await FetchAsync("http://a.example/", Answering("127.0.0.1", "::1", "169.254.169.254"), Never)).Rejected(Reason.PrivateAddress)
            .Record.Attempts.ShouldBe(1);

    [Fact]
    public async Task A_redirect_to_a_public_name_at_a_private_address_is_refused_and_not_dialled()
    {
        await using var server = new RawServer(To("http://inside.example/"));
        using var fetcher = new ImageFetcher(At(server), TimeProvider.System, Answering("10.0.0.1"), Connect(server));
        (await fetcher.RunAsync(Row("http://a.img.test/"), TestContext.Current.CancellationToken)).Rejected(Reason.PrivateAddress);
        server.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Of_several_addresses_only_the_public_ones_are_dialled()
    {
        await using var server = new RawServer(x => x.OkAsync(Jpeg));
        var dialled = new List<IPAddress>();
        var image = await FetchAsync("http://a.example/", Answering("10.0.0.1", "8.8.4.4", "::1", "8.8.8.8"), (target, stop) =>
        {
            dialled.Add(target.Address);
            if (dialled.Count == 1) throw new SocketException((int)SocketError.ConnectionRefused);
            return GuardedConnector.DialAsync(server.EndPoint, stop);
        });

        image.Kept();
        dialled.ShouldBe([IPAddress.Parse("8.8.4.4"), IPAddress.Parse("8.8.8.8")]);
    }

    [Fact]
    public async Task A_name_whose_second_look_up_is_private_is_refused_then_and_the_first_is_dialled_as_checked()
    {
        await using var server = new RawServer(x => x.OkAsync(Jpeg));
        var lookUps = 0;
        var dialled = new List<IPEndPoint>();
        using var fetcher = new ImageFetcher(
            new FetchOptions { RobotsTxt = false },
            TimeProvider.System,
            (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(++lookUps == 1 ? "8.8.8.8" : "127.0.0.1")]),
            (target, stop) =>
            {
                dialled.Add(target);
                return GuardedConnector.DialAsync(server.EndPoint, stop);
            });

        // The server closes after its answer, so that the second row needs a connection of its own.
        (await fetcher.RunAsync(Row("http://a.example/1"), TestContext.Current.CancellationToken)).Kept();
        (await fetcher.RunAsync(Row("http://a.example/2"), TestContext.Current.CancellationToken)).Rejected(Reason.PrivateAddress);

        lookUps.ShouldBe(2);
        dialled.ShouldBe([IPEndPoint.Parse("8.8.8.8:80")]);
        server.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, 1)]
    [InlineData(SocketError.NoData, 1)]
    [InlineData(SocketError.TryAgain, 3)]
    public async Task A_name_that_does_not_resolve_is_a_dns_failure_and_only_a_passing_one_is_tried_again(SocketError error, int attempts) =>
        (await FetchAsync("http://a.example/", (_, _) => throw new SocketException((int)error), Never)).Rejected(Reason.DnsFailure)
            .Record.Attempts.ShouldBe(attempts);

    [Fact]
    public async Task A_name_without_addresses_is_a_dns_failure() =>
        (await FetchAsync("http://a.example/", Answering(), Never)).Rejected(Reason.DnsFailure);

    private static Dialer Connect(RawServer server) => (target, stop) =>
        target.Equals(server.EndPoint) ? GuardedConnector.DialAsync(target, stop) : Never(target, stop);
}
