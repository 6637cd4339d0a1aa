using System.Net;
using System.Net.Sockets;
using Memorization.Configuration;
using Memorization.Fetch;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Fetch;

public sealed class NameServersTests
{
    [Fact]
    public async Task A_name_has_the_addresses_of_both_kinds_and_the_shortest_time_to_live()
    {
        await using var dns = new FakeDns((_, _) => new DnsReply(0, 77, "8.8.8.8", "8.8.4.4", "2001:4860:4860::8888"));
        var answer = await LookUpAsync(dns, "a.example");
        answer.Addresses.ShouldBe([IPAddress.Parse("8.8.8.8"), IPAddress.Parse("8.8.4.4"), IPAddress.Parse("2001:4860:4860::8888")], ignoreOrder: true);
        answer.Error.ShouldBeNull();
        answer.TimeToLive.ShouldBe(TimeSpan.FromSeconds(77));
    }

    [Theory]
    [InlineData(3, SocketError.HostNotFound)]
    [InlineData(2, SocketError.TryAgain)]
    [InlineData(5, SocketError.TryAgain)]
    [InlineData(0, SocketError.NoData)]
    public async Task A_name_that_is_not_there_is_told_from_a_server_that_fails(byte code, SocketError error)
    {
        await using var dns = new FakeDns((_, _) => new DnsReply(code, 0));
        (await LookUpAsync(dns, "a.example")).Error.ShouldBe(error);
    }

    [Theory]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")]
    public async Task A_name_that_cannot_exist_is_not_found(string host)
    {
        await using var dns = new FakeDns((_, _) => new DnsReply(0, 1, "8.8.8.8"));
        (await LookUpAsync(dns, host)).Error.ShouldBe(SocketError.HostNotFound);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("9.9.9.9:70000")]
    [InlineData("")]
    public void A_server_that_is_no_address_is_named_in_the_error(string server) =>
        Should.Throw<SetupException>(() => new NameServers([server])).Message.ShouldContain($"'{server}'");

    private static Task<NameAnswer> LookUpAsync(FakeDns dns, string host) => new NameServers([dns.EndPoint]).LookUpAsync(host, TestContext.Current.CancellationToken);
}
