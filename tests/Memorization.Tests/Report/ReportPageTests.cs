using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Memorization.Configuration;
using Memorization.Store;
using Memorization.Tests.Store;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Report;

public sealed partial class ReportPageTests : IDisposable
{
    private const string Hostile = "van gogh </script><img src=x onerror=alert(1)> \u202Egnp.exe \"onmouseover='x'";

    private readonly MadeStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task The_page_is_the_accepted_one()
    {
        await _store.WriteAsync([.. Small()], MadeRows.NotFound(8), MadeRows.CaptionTooLong(9), MadeRows.UnitEnds(emitted: 9, noKeyword: 90));

        var page = await _store.ReportAsync();

        // The style sheet and the script have files of their own to be read in, and packed tables are read by no one.
        page = Packed().Replace(Inline().Replace(Hash().Replace(page, "'sha256-…'"), "$1…$3"), "$1…");
        GoldenFile.ShouldMatch(page, "tests/Memorization.Tests/Report/report.golden.html");
    }

    [Fact]
    public async Task Text_from_the_web_is_text()
    {
        await _store.WriteAsync(
        [
            new MadeRow(1, 1, 1) { Caption = Hostile, Url = "http://host.test/<script>\u202E" },
            new MadeRow(2, 2, 1) { Caption = Hostile, Url = "javascript:alert(1)" },
            new MadeRow(3, 2, 1) { Caption = "van gogh &lt;svg onload=alert(1)&gt; &#x202e;", Url = "data:text/html,<script>" },
        ]);

        var page = await _store.ReportAsync();

        Regex.Count(page, "<script").ShouldBe(1);
        Regex.Count(page, "</script").ShouldBe(1);
        page.ShouldNotContain("<img");
        page.ShouldNotContain("<svg onload");
        page.ShouldNotContain('\u202E');
        page.ShouldContain("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; [U&#x2B;202E]gnp.exe");
        page.ShouldContain("<mark>van</mark> <mark>gogh</mark> &lt;svg onload=alert(1)&gt; [U&#x2B;202E]");
        Links(Regex.Replace(page, "<a class=\"csv\"[^>]*>", "")).ShouldAllBe(link => link.StartsWith("http://", StringComparison.Ordinal) || link.StartsWith('#'));
        page.ShouldContain("<span class=\"url\">javascript:alert(1)</span>");
        Regex.Matches(page, "<a class=\"url\"[^>]*>").ShouldAllBe(link => link.Value.Contains("rel=\"noopener noreferrer nofollow\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_study_whose_own_words_are_hostile_is_text_too()
    {
        using var store = new MadeStore(new Study { Name = "</title><script>", Keywords = ["<b> \u202E x"], Input = ["</code><script>"] });
        await store.WriteAsync([]);

        var page = await store.ReportAsync();

        Regex.Count(page, "<script").ShouldBe(1);
        page.ShouldNotContain('\u202E');
    }

    [Fact]
    public async Task The_policy_allows_this_style_this_script_and_images_that_are_inside_and_nothing_else()
    {
        await _store.WriteAsync([.. Small()]);

        var page = await _store.ReportAsync();

        var policy = Regex.Match(page, "Content-Security-Policy\" content=\"([^\"]*)\"").Groups[1].Value;
        policy.ShouldBe(
            $"default-src 'none'; img-src data:; style-src {HashOf(page, "style")}; script-src {HashOf(page, "script")}; base-uri 'none'; form-action 'none'");
        page.ShouldNotMatch("<[^>]* style=");
        page.ShouldNotMatch("<[^>]* on[a-z]+=");
        Regex.Matches(page, "src=\"([^\"]{0,30})").ShouldAllBe(source => source.Groups[1].Value.StartsWith("data:image/jpeg;base64,"));
    }

    [Fact]
    public async Task The_same_store_gives_the_same_files()
    {
        await _store.WriteAsync([.. Small()]);

        await _store.ReportAsync();
        var first = Contents();
        await _store.ReportAsync();

        Contents().ShouldBe(first);
        string[] tables = ["drop_effect", "families", "figure-1", "figure-2", "figures", "funnel", "hosts", "second_opinion", "shares", "sweep", "triggers", "words"];
        string[] charts = ["figure-1", "figure-2", "sweep"];
        first.Keys.ShouldBe(
            [.. tables.SelectMany(name => (string[])[$"{name}.csv", $"{name}.parquet"]), .. charts.SelectMany(name => (string[])[$"{name}.svg", $"{name}.png"]), "report.html", "report.json", "report.stamp"],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Without_images_the_page_has_placeholders_and_says_why()
    {
        using var none = new MadeStore(new Study { Store = new StoreOptions { Images = StoredImages.None } });
        await none.WriteAsync([new MadeRow(1, 1, 1), new MadeRow(2, 2, 1)]);

        var page = await none.ReportAsync();

        page.ShouldNotContain("<img");
        Regex.Count(page, "class=\"placeholder\"").ShouldBe(2);
        page.ShouldContain("2 distinct images have a placeholder, because the study says store.images = none");
    }

    [Fact]
    public async Task A_study_that_was_changed_after_its_run_is_told_so()
    {
        await _store.WriteAsync([.. Small()]);
        (await _store.ReportAsync()).ShouldNotContain("has changed");

        var data = await _store.DataAsync();
        var changed = data with { Provenance = data.Provenance with { StudyChanged = true } };

        Memorization.Report.ReportPage.Render(changed).ShouldContain("The study file has changed");
    }

    [Fact]
    public async Task A_store_without_families_has_a_page()
    {
        await _store.WriteAsync([], MadeRows.NotFound(1));

        var page = await _store.ReportAsync();

        page.ShouldContain("There is no family to show.");
        page.ShouldContain("<dt>rows read</dt><dd>1</dd>");
    }

    private static IEnumerable<MadeRow> Small()
    {
        byte[] jpeg = [0xFF, 0xD8, 0xFF];
        for (var i = 0; i < 3; i++) yield return new MadeRow(i, i, 1) { Caption = "Van Gogh's almond blossom", Thumbnail = jpeg };
        yield return new MadeRow(3, 2, 1) { Caption = "almond print, van gogh", Thumbnail = jpeg };
        yield return new MadeRow(4, 4, 2) { Caption = "The Starry Night of van Gogh", Thumbnail = jpeg };
        yield return new MadeRow(5, 4, 2) { Caption = "The Starry Night of van Gogh", Thumbnail = jpeg };
        yield return new MadeRow(6, 6, 3) { Caption = "van gogh, alone", Thumbnail = jpeg };
    }

    private Dictionary<string, string> Contents() =>
        Directory.GetFiles(Path.GetDirectoryName(_store.Page)!).ToDictionary(file => Path.GetFileName(file), File.ReadAllText);

    private static string HashOf(string page, string element)
    {
        var text = Regex.Match(page, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value;
        return $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";
    }

    private static IEnumerable<string> Links(string page) => Regex.Matches(page, "href=\"([^\"]*)\"").Select(link => link.Groups[1].Value);

    [GeneratedRegex("'sha256-[^']*'")]
    private static partial Regex Hash();

    [GeneratedRegex("(data:application/gzip;base64,)[^\"]*")]
    private static partial Regex Packed();

    [GeneratedRegex("(<(style|script)>).*?(</)", RegexOptions.Singleline)]
    private static partial Regex Inline();
}
