using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Memorization.Fetch;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Urls;
using Shouldly;
using Xunit;
using static Memorization.Tests.Fetch.Fetching;

namespace Memorization.Tests.Fetch;

/// <summary>Listeners on this machine that no URL, name or redirect may reach: real sockets, a real name server, every way to write an address.</summary>
public sealed class PrivateAddressTests : IAsyncLifetime
{
    private readonly TcpListener _four = new(IPAddress.Any, 0);
    private TcpListener? _six;
    private int _port;

    public ValueTask InitializeAsync()
    {
        _four.Start();
        _port = ((IPEndPoint)_four.LocalEndpoint).Port;
        if (Socket.OSSupportsIPv6)
        {
            _six = new TcpListener(IPAddress.IPv6Any, _port);
            _six.Server.DualMode = false;
            _six.Start();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        // Nobody came: neither a request nor a connection.
        _four.Pending().ShouldBeFalse();
        _six?.Pending().ShouldBeFalse();
        _four.Dispose();
        _six?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task No_way_to_write_this_machine_s_address_in_a_url_reaches_it()
    {
        using var fetcher = new ImageFetcher(new FetchOptions(), TimeProvider.System);
        var policy = new UrlPolicy(ResolveMap.Parse(new Dictionary<string, string>()));
        foreach (var host in Hosts)
        {
            var row = new LaionRow { Key = 1, Unit = new UnitId(1, 0), RowInGroup = 0, Url = $"http://{host}:{_port}/x.jpg", Caption = "" };
            (await policy.RunAsync(row, TestContext.Current.CancellationToken)).Rejection.ShouldNotBeNull(host).Reason.ShouldBeOneOf(Reason.PrivateHost, Reason.InvalidUrl);
        }

        fetcher.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("169.254.169.254")]
    [InlineData("fd00:ec2::254")]
    public async Task No_name_that_dns_puts_on_this_machine_reaches_it(string address)
    {
        await using var dns = new FakeDns((_, _) => new DnsReply(0, 60, address));
        (await FetchAsync(dns, $"http://a.example:{_port}/x.jpg")).Rejected(Reason.PrivateAddress);
        (await FetchAsync(dns, $"https://a.example:{_port}/x.jpg")).Rejected(Reason.PrivateAddress);
    }

    [Fact]
    public async Task No_second_answer_of_a_name_server_reaches_this_machine()
    {
        // Public at first, with a time to live of nothing; from the second question on it is here. What was looked up holds a minute.
        await using var dns = new FakeDns((_, n) => n == 1 ? new DnsReply(0, 0, "203.0.114.1") : new DnsReply(0, 0, "127.0.0.1"));
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var dialled = new List<string>();
        using var names = new NameCache(new NameServers([dns.EndPoint]).LookUpAsync, time);
        using var fetcher = new ImageFetcher(new FetchOptions { RobotsTxt = false, MaxAttempts = 1 }, TimeProvider.System, names.ResolveAsync, (target, _) =>
        {
            dialled.Add(target.ToString());
            throw new SocketException((int)SocketError.ConnectionRefused);
        });
        var row = Row($"http://a.example:{_port}/x.jpg");
        (await fetcher.RunAsync(row, TestContext.Current.CancellationToken)).Rejected(Reason.ConnectionFailed);
        (await fetcher.RunAsync(row, TestContext.Current.CancellationToken)).Rejected(Reason.ConnectionFailed);
        time.Advance(TimeSpan.FromSeconds(61));
        (await fetcher.RunAsync(row, TestContext.Current.CancellationToken)).Rejected(Reason.PrivateAddress);
        dialled.ShouldBe([$"203.0.114.1:{_port}", $"203.0.114.1:{_port}"]);
        dns.Questions["a.example"].ShouldBe(2);
    }

    [Fact]
    public async Task Of_a_name_with_public_and_private_addresses_only_the_public_ones_are_dialled()
    {
        await using var dns = new FakeDns((_, _) => new DnsReply(0, 60, "127.0.0.1", "203.0.114.1", "::1"));
        using var names = new NameCache(new NameServers([dns.EndPoint]).LookUpAsync, TimeProvider.System);
        using var fetcher = new ImageFetcher(new FetchOptions { RobotsTxt = false, MaxAttempts = 1 }, TimeProvider.System, names.ResolveAsync, (target, _) =>
            target.Address.ToString() == "203.0.114.1" ? throw new SocketException((int)SocketError.ConnectionRefused) : throw new ShouldAssertException($"{target} was dialled"));
        (await fetcher.RunAsync(Row($"http://a.example:{_port}/x.jpg"), TestContext.Current.CancellationToken)).Rejected(Reason.ConnectionFailed);
    }

    [Fact]
    public async Task No_redirect_reaches_this_machine()
    {
        await using var dns = new FakeDns((host, _) => host == "inside.example" ? new DnsReply(0, 60, "127.0.0.1") : new DnsReply(3, 0));
        var targets = Hosts.Append("inside.example").ToArray();
        await using var server = new RawServer(x => x.SendAsync($"HTTP/1.1 302 Found\r\nLocation: http://{targets[int.Parse(x.Path[1..], CultureInfo.InvariantCulture)]}:{_port}/x.jpg\r\nContent-Length: 0\r\n\r\n"));
        using var fetcher = new ImageFetcher(At(server) with { NameServers = [dns.EndPoint], MaxAttempts = 1, CircuitFailures = 0 }, TimeProvider.System);
        for (var i = 0; i < targets.Length; i++)
        {
            var rejected = (await fetcher.RunAsync(Row($"http://a.img.test/{i}"), TestContext.Current.CancellationToken)).Rejection.ShouldNotBeNull(targets[i]);
            rejected.Reason.ShouldBeOneOf([Reason.PrivateAddress, Reason.BadRedirect], targets[i]);
        }

        server.Connections.ShouldBe(targets.Length);
    }

    [Fact]
    public async Task A_robots_txt_is_fetched_under_the_same_rules()
    {
        await using var dns = new FakeDns((_, _) => new DnsReply(0, 60, "127.0.0.1"));
        using var fetcher = new ImageFetcher(new FetchOptions { NameServers = [dns.EndPoint] }, TimeProvider.System);
        (await fetcher.RunAsync(Row($"http://a.example:{_port}/x.jpg"), TestContext.Current.CancellationToken)).Rejected(Reason.PrivateAddress);
        await using var server = new RawServer(x => x.Path == "/robots.txt" ? x.SendAsync($"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{_port}/robots.txt\r\n\r\n") : x.OkAsync(Jpeg));
        (await Fetching.FetchAsync(At(server) with { RobotsTxt = true })).Kept();
    }

    // Decimal, octal, hexadecimal, with parts left out, overlong, in other scripts' digits and dots, IPv6 in all its ways to carry an IPv4 address.
    private static readonly string[] Hosts =
    [
        "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "017700000001", "0177.0.0.1", "0177.1", "0x7F.00.0x0.01",
        "127.0.0.1.", "127。0。0。1", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "%31%32%37.0.0.1", "0", "0.0.0.0", "0x0", "00", "localhost", "LOCALHOST", "localhost.", "a.localhost", "ⓛocalhost",
        "localhost.localdomain", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::7f00:1]", "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[::ffff:0:127.0.0.1]", "[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]", "user@127.0.0.1", "a.example@127.0.0.1", "a.example:80@127.0.0.1",
        "127.0.0.1:80@a.example", "a.example%40127.0.0.1", "169.254.169.254", "2852039166", "0xa9fea9fe", "[::ffff:a9fe:a9fe]", "metadata.google.internal", "10.0.0.1", "192.168.0.1", "172.16.0.1",
        "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "[fc00::1]", "[ff02::1]",
    ];

    private static async Task<Outcome<FetchedImage>> FetchAsync(FakeDns dns, string url)
    {
        using var fetcher = new ImageFetcher(new FetchOptions { NameServers = [dns.EndPoint], RobotsTxt = false }, TimeProvider.System);
        return await fetcher.RunAsync(Row(url), TestContext.Current.CancellationToken);
    }
}
