using Memorization.Fetch;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Fetch;

public sealed class RobotsFileTests
{
    [Theory]
    [InlineData("User-agent: *\nDisallow: /", "/x.jpg", "/")]
    [InlineData("User-agent: *\nDisallow:", "/x.jpg", null)]
    [InlineData("", "/x.jpg", null)]
    [InlineData("<html>Not found</html>", "/x.jpg", null)]
    [InlineData("Disallow: /", "/x.jpg", null)]
    [InlineData("User-agent: otherbot\nDisallow: /", "/x.jpg", null)]
    [InlineData("User-agent: Memorization\nDisallow: /private/", "/private/x.jpg", "/private/")]
    [InlineData("User-agent: Memorization\nDisallow: /private/", "/public/x.jpg", null)]
    [InlineData("user-AGENT : MEMORIZATION \nDISALLOW : /private/ # all of it", "/private/x.jpg", "/private/")]
    [InlineData("User-agent: Memorization/0.1\nDisallow: /x", "/x.jpg", "/x")]
    // Who is named is told what concerns him: the group for all is not his.
    [InlineData("User-agent: *\nDisallow: /\n\nUser-agent: memorization\nDisallow: /a", "/b.jpg", null)]
    [InlineData("User-agent: memorization\nDisallow:\n\nUser-agent: *\nDisallow: /", "/b.jpg", null)]
    // Names one below the other share the rules; a group may come in parts.
    [InlineData("User-agent: a\nUser-agent: memorization\nUser-agent: b\nDisallow: /x", "/x.jpg", "/x")]
    [InlineData("User-agent: memorization\nDisallow: /x\nUser-agent: b\nDisallow: /y\nUser-agent: memorization\nDisallow: /z", "/z.jpg", "/z")]
    [InlineData("User-agent: memorization\nDisallow: /x\nUser-agent: b\nDisallow: /y\n", "/y.jpg", null)]
    [InlineData("User-agent: memorization\nSitemap: /s.xml\nCrawl-delay: 5\nDisallow: /x", "/x.jpg", "/x")]
    // The longest rule decides, Allow if two are as long.
    [InlineData("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/x.jpg", null)]
    [InlineData("User-agent: *\nAllow: /a\nDisallow: /a/b", "/a/b/x.jpg", "/a/b")]
    [InlineData("User-agent: *\nDisallow: /page\nAllow: /page", "/page", null)]
    // Patterns.
    [InlineData("User-agent: *\nDisallow: *.jpg$", "/a/x.jpg", "*.jpg$")]
    [InlineData("User-agent: *\nDisallow: *.jpg$", "/a/x.jpg?w=1", null)]
    [InlineData("User-agent: *\nDisallow: /a*b*c", "/a-x-b-y-c-z", "/a*b*c")]
    [InlineData("User-agent: *\nDisallow: /a*b*c$", "/abcabc", "/a*b*c$")]
    [InlineData("User-agent: *\nDisallow: /a*b*c$", "/ac", null)]
    [InlineData("User-agent: *\nDisallow: /$", "/", "/$")]
    [InlineData("User-agent: *\nDisallow: /$", "/x", null)]
    [InlineData("User-agent: *\nDisallow: /*?size=", "/x.jpg?size=9", "/*?size=")]
    // Percent-encoding: RFC 9309, 2.2.2.
    [InlineData("User-agent: *\nDisallow: /foo/bar/\u30C4", "/foo/bar/%E3%83%84", "/foo/bar/%E3%83%84")]
    [InlineData("User-agent: *\nDisallow: /foo/bar/%62%61%7A", "/foo/bar/baz", "/foo/bar/baz")]
    [InlineData("User-agent: *\nDisallow: /a%2fb", "/a%2Fb", "/a%2Fb")]
    [InlineData("User-agent: *\nDisallow: /a%2fb", "/a/b", null)]
    [InlineData("\uFEFFUser-agent: *\r\nDisallow: /x\r\n", "/x", "/x")]
    [InlineData("User-agent: *\rDisallow: /x\r", "/x", "/x")]
    public void The_rule_that_disallows_a_path_is_the_one_that_the_standard_says(string file, string path, string? rule) =>
        RobotsFile.Parse(file, "Memorization").Disallows(new Uri("http://a.example" + path)).ShouldBe(rule);

    [Fact]
    public void A_pattern_of_stars_takes_no_time()
    {
        var file = RobotsFile.Parse("User-agent: *\nDisallow: /" + string.Concat(Enumerable.Repeat("*a", 500)) + "$", "Memorization");
        file.Disallows(new Uri("http://a.example/" + new string('a', 4000) + "b")).ShouldBeNull();
    }
}
