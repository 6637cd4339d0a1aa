using System.Text.Json;
using CsCheck;
using Memorization.Flow;
using Memorization.Rows;
using Memorization.Urls;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Urls;

public sealed class UrlPolicyTests
{
    private static readonly UrlPolicy Policy = new(ResolveMap.Empty);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t\u00A0")]
    public void A_null_or_blank_url_is_missing(string? url) => Reject(url).ShouldBe(Reason.MissingUrl);

    [Theory]
    [InlineData("http://a.example/x.jpg?w=1&amp;h=2", "http://a.example/x.jpg?w=1&h=2")]
    [InlineData("http://a.example/?a=1&copy=2&#x26;b=3", "http://a.example/?a=1&copy=2&b=3")]
    [InlineData("\u00A0 http://a.example/x.jpg \uFEFF\n", "http://a.example/x.jpg")]
    [InlineData("http://a.exa\r\n\tmple/a b/ä☃.jpg?q=a b", "http://a.example/a%20b/%C3%A4%E2%98%83.jpg?q=a%20b")]
    [InlineData("HTTP://BÜCHER.Example:80/%7euser/%2E%2e/x#part", "http://xn--bcher-kva.example/x")]
    [InlineData("https:\\\\a.example\\b\\..\\c.png", "https://a.example/c.png")]
    [InlineData("http://a_b.example/%zz%41", "http://a_b.example/%zz%41")]
    [InlineData("http://a.example:8080", "http://a.example:8080/")]
    [InlineData("http://8.8.8.8/", "http://8.8.8.8/")]
    [InlineData("http://0x08.010.2056/", "http://8.8.8.8/")]
    public void A_url_is_kept_as_a_browser_would_request_it(string received, string requested) => Keep(received).AbsoluteUri.ShouldBe(requested);

    [Fact]
    public void Half_a_surrogate_pair_becomes_the_replacement_character() =>
        Keep("http://a.example/\uD800").AbsoluteUri.ShouldBe("http://a.example/%EF%BF%BD");

    [Theory]
    [InlineData("ftp://a.example/x.jpg")]
    [InlineData("file:///etc/passwd")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("javascript:alert(1)")]
    public void Only_http_and_https_are_kept(string url) => Reject(url).ShouldBe(Reason.UnsupportedScheme);

    [Theory]
    [InlineData("a.example/x.jpg")]
    [InlineData("//a.example/x.jpg")]
    [InlineData("http://")]
    [InlineData("http:///?x")]
    [InlineData("http://user:secret@a.example/")]
    [InlineData("http://a.example@127.0.0.1/")]
    [InlineData("http://a.example:0/")]
    [InlineData("http://a.example:65536/")]
    [InlineData("http://a.example:8x/")]
    [InlineData("http://1.2.3.4.5/")]
    [InlineData("http://256.1.1.1/")]
    [InlineData("http://[::1/")]
    [InlineData("http://a b.example/")]
    [InlineData("http://a%00.example/")]
    public void What_has_no_usable_host_is_invalid(string url) => Reject(url).ShouldBe(Reason.InvalidUrl);

    [Fact]
    public void A_url_longer_than_servers_take_is_invalid() =>
        Reject("http://a.example/" + new string('a', HttpUrl.MaxLength)).ShouldBe(Reason.InvalidUrl);

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.1./")]
    [InlineData("http://0/")]
    [InlineData("http://%31%32%37.0.0.1/")]
    [InlineData("http://１２７。０.0.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::127.0.0.1]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[64:ff9b::7f00:1]/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://localhost/")]
    [InlineData("http://LOCALHOST.:8080/")]
    [InlineData("http://loc\u00ADalhost/")]
    [InlineData("http://a.localhost/")]
    [InlineData("http://printer.local/")]
    [InlineData("http://metadata.google.internal/")]
    [InlineData("http://intranet/x.jpg")]
    [InlineData("http:\\/\\/10.0.0.1/")]
    public void A_host_that_is_not_public_is_refused_however_it_is_written(string url) => Reject(url).ShouldBe(Reason.PrivateHost);

    [Theory]
    [InlineData("http://img.demo.test/", true)]
    [InlineData("http://LOCALHOST/", true)]
    [InlineData("http://127.0.0.1/", true)]
    [InlineData("http://a.localhost/", false)]
    [InlineData("http://127.0.0.2/", false)]
    public void Only_a_host_whose_address_is_given_may_be_private(string url, bool kept)
    {
        var given = ResolveMap.Parse(new Dictionary<string, string>
        {
            ["*.demo.test"] = "127.0.0.1:1",
            ["localhost"] = "127.0.0.1",
            ["127.0.0.1"] = "127.0.0.1:2",
        });

        (new UrlPolicy(given).Check(url, null, out _) is null).ShouldBe(kept);
    }

    [Fact]
    public void Any_text_has_an_outcome_and_what_is_kept_is_ascii_public_and_stays_the_same_when_read_again()
    {
        var scheme = Gen.OneOf("http://", "https:", "http:/\\", "");
        var piece = Gen.OneOf(Gen.String, Gen.String[Gen.Char["abcxn-.:/\\?#@%[]0123456789&; é☃\t"], 0, 20], Gen.OneOf(".com", "&#10;", "%2e", "xn--", "\uD83D"));
        Gen.Select(scheme, piece, piece, piece).Sample((s, a, b, c) => MustHold(s + a + b + c));
    }

    [Fact]
    public void Every_naughty_string_has_an_outcome()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("corpora", "urls", "blns.json")));
        foreach (var naughty in json.RootElement.EnumerateArray().Select(e => e.GetString()!))
        {
            MustHold(naughty);
            MustHold("http://" + naughty);
            MustHold("http://a.example/" + naughty);
        }
    }

    [Fact]
    public void No_metadata_service_is_kept_unless_its_name_is_public()
    {
        // Two services have a name of the public DNS; the address behind it is refused when it is dialled.
        var lines = File.ReadAllLines(SharedFolder.Path("corpora", "urls", "ssrf", "cloud-metadata.txt"));
        var urls = lines.Where(line => line.StartsWith("http", StringComparison.Ordinal)).ToArray();
        urls.Length.ShouldBeGreaterThan(30);
        var kept = urls.Where(url => Policy.Check(url, null, out _) is null).Select(url => new Uri(url).Host).Distinct();
        kept.ShouldBe(["metadata.packet.net", "metadata.tencentyun.com"]);
    }

    private static void MustHold(string text)
    {
        if (!Run(text).IsKept(out var linked)) return;
        var written = linked.Url.AbsoluteUri;
        written.ShouldAllBe(c => c > ' ' && c <= '~', text);
        linked.Url.IdnHost.ShouldNotBeEmpty(text);
        linked.Url.UserInfo.ShouldBeEmpty(text);
        linked.Url.Host.ShouldContain(linked.Url.HostNameType == UriHostNameType.IPv6 ? ':' : '.');
        Policy.Check(written, null, out var again).ShouldBeNull(text);
        again!.AbsoluteUri.ShouldBe(written);
    }

    private static Outcome<LinkedRow> Run(string? url) => Policy.Link(
        new LaionRow { Key = 1, Unit = new UnitId(1, 0), RowInGroup = 0, Url = url, Caption = "" });

    private static Reason? Reject(string? url) => Run(url).Rejection?.Reason;

    private static Uri Keep(string url) => Run(url).IsKept(out var linked) ? linked.Url : throw new ShouldAssertException($"{url} was refused: {Reject(url)}");
}
