using System.Net;
using Memorization.Urls;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Urls;

public sealed class ResolveMapTests
{
    private static readonly ResolveMap Map = ResolveMap.Parse(new Dictionary<string, string>
    {
        ["*.demo.test"] = "127.0.0.1:1",
        ["*.b.demo.test"] = "127.0.0.1:2",
        ["A.B.demo.test"] = "[::1]:3",
        ["bücher.test"] = "127.0.0.4",
    });

    [Theory]
    [InlineData("x.demo.test", "127.0.0.1:1")]
    [InlineData("x.y.demo.test", "127.0.0.1:1")]
    [InlineData("x.b.demo.test", "127.0.0.1:2")]
    [InlineData("b.demo.test", "127.0.0.1:1")]
    [InlineData("a.b.demo.test", "[::1]:3")]
    [InlineData("xn--bcher-kva.test", "127.0.0.4:0")]
    public void The_most_specific_entry_gives_the_address(string host, string target)
    {
        Map.TryGet(host, out var found).ShouldBeTrue();
        found.ShouldBe(IPEndPoint.Parse(target));
    }

    [Theory]
    [InlineData("demo.test")]
    [InlineData("xdemo.test")]
    [InlineData("demo.test.com")]
    [InlineData("c.bücher.test")]
    public void A_host_without_an_entry_is_not_covered(string host) => Map.TryGet(host, out _).ShouldBeFalse();

    [Theory]
    [InlineData("*", "127.0.0.1")]
    [InlineData("*.", "127.0.0.1")]
    [InlineData("a.*.test", "127.0.0.1")]
    [InlineData("*.127.0.0.1", "127.0.0.1")]
    [InlineData("http://a.test", "127.0.0.1")]
    [InlineData("a.test", "localhost")]
    [InlineData("a.test", "127.0.0.1:99999")]
    public void An_entry_that_is_no_host_and_address_is_named_in_the_error(string host, string address) =>
        Should.Throw<FormatException>(() => ResolveMap.Parse(new Dictionary<string, string> { [host] = address })).Message.ShouldContain($"'{host}'");
}
