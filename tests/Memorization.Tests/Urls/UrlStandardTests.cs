using System.Net;
using System.Text.Json;
using Memorization.Flow;
using Memorization.Urls;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Urls;

/// <summary>The URL Standard's own test data (web-platform-tests, url/resources/urltestdata.json) as the reference.</summary>
public sealed class UrlStandardTests
{
    private sealed record Case(string Input, string? Base, string? Href, bool IsWeb, bool HasUserInfo);

    [Fact]
    public void Every_http_url_of_the_standard_is_written_as_the_standard_writes_it()
    {
        var wrong = new List<string>();
        var right = 0;
        foreach (var (input, from, href, isWeb, hasUserInfo) in Cases())
        {
            if (!isWeb || hasUserInfo || input.Contains('@', StringComparison.Ordinal) || IsRefusedOnPurpose(href!)) continue;
            if (!TryBase(from, out var baseUrl)) continue;
            var reason = HttpUrl.TryParse(input, baseUrl, out var parsed);
            if (reason is null && Same(parsed.Url.AbsoluteUri, href!.Split('#')[0])) right++;
            else wrong.Add($"{input} on {from}: {reason} {parsed.Url?.AbsoluteUri}, not {href}");
        }

        wrong.ShouldBeEmpty(string.Join("\n", wrong));
        right.ShouldBeGreaterThan(150);
    }

    [Fact]
    public void What_the_standard_refuses_or_reads_as_another_scheme_is_refused()
    {
        var kept = new List<string>();
        var refused = 0;
        foreach (var (input, from, _, isWeb, _) in Cases())
        {
            if (isWeb || !TryBase(from, out var baseUrl)) continue;
            if (HttpUrl.TryParse(input, baseUrl, out var parsed) is null) kept.Add($"{input} on {from}: {parsed.Url}");
            else refused++;
        }

        kept.ShouldBeEmpty(string.Join("\n", kept));
        refused.ShouldBeGreaterThan(250);
    }

    [Fact]
    public void No_url_with_user_info_is_kept()
    {
        var withUserInfo = Cases().Where(c => c.IsWeb && c.HasUserInfo).ToArray();
        withUserInfo.Length.ShouldBeGreaterThan(10);
        foreach (var (input, from, _, _, _) in withUserInfo)
        {
            TryBase(from, out var baseUrl);
            HttpUrl.TryParse(input, baseUrl, out _).ShouldBe(Reason.InvalidUrl, input);
        }
    }

    // No DNS name can be written so: broken Punycode, empty labels, a quotation mark, more than 253 characters. Port 0 is nobody's.
    private static bool IsRefusedOnPurpose(string href)
    {
        var host = href.Split('/')[2];
        return host.Length > 253 || host.EndsWith(":0", StringComparison.Ordinal) || host.Contains('"', StringComparison.Ordinal)
            || host is "." || host.Contains("..", StringComparison.Ordinal)
            || host is "xn--" || host.EndsWith(".xn--pokxncvks", StringComparison.Ordinal);
    }

    private static bool TryBase(string? text, out Uri? url)
    {
        url = null;
        if (text is null) return true;
        var reason = HttpUrl.TryParse(text, null, out var parsed);
        url = parsed.Url;
        return reason is null;
    }

    // An IPv6 address has several texts; the same address is the same host.
    private static bool Same(string actual, string expected) =>
        actual == expected
        || (actual.IndexOf(']', StringComparison.Ordinal) is > 0 and var end
            && actual[end..] == expected[expected.IndexOf(']', StringComparison.Ordinal)..]
            && IPAddress.Parse(actual.Split('/')[2]).Equals(IPAddress.Parse(expected.Split('/')[2])));

    private static IEnumerable<Case> Cases()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(SharedFolder.Path("corpora", "urls", "urltestdata.json")));
        foreach (var entry in json.RootElement.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object))
        {
            var failure = entry.TryGetProperty("failure", out _);
            yield return new Case(
                entry.GetProperty("input").GetString()!,
                entry.GetProperty("base").GetString(),
                failure ? null : entry.GetProperty("href").GetString(),
                !failure && entry.GetProperty("protocol").GetString() is "http:" or "https:",
                !failure && entry.GetProperty("username").GetString() + entry.GetProperty("password").GetString() != "");
        }
    }
}
