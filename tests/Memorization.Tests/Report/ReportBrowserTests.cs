using System.Globalization;
using Memorization.Report;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Report;

/// <summary>The page as a browser and a person's keyboard have it, at the size it must bear: 500 families, 20,000 rows.</summary>
public sealed class ReportBrowserTests(Chromium chromium, ReportBrowserTests.Large large, ITestOutputHelper output) : IClassFixture<Chromium>, IClassFixture<ReportBrowserTests.Large>
{
    private const int LargestPage = 15_000_000;

    // Contrast as WCAG 2.2 defines it, of every text that is on the page, against the colour that lies behind it.
    private const string WorstContrast = """
        () => {
          const parse = color => { const n = color.match(/[\d.]+/g).map(Number); return { rgb: n.slice(0, 3), alpha: n[3] ?? 1 }; };
          const luminance = rgb => { const [r, g, b] = rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const behind = element => { for (let e = element; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.alpha > 0) return c.rgb; } return [255, 255, 255]; };
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const seen = new Map();
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || ['SCRIPT', 'STYLE'].includes(element.tagName)) continue;
            const style = getComputedStyle(element);
            const ink = parse(element.closest('svg') ? style.fill : style.color).rgb;
            const paper = behind(element);
            const [low, high] = [luminance(ink), luminance(paper)].sort((a, b) => a - b);
            seen.set(`${ink} on ${paper} (${element.tagName} ${element.className})`, (high + 0.05) / (low + 0.05));
          }
          return [...seen].sort((a, b) => a[1] - b[1])[0];
        }
        """;

    [Fact]
    public void It_is_less_than_15_MB() => new FileInfo(large.Page).Length.ShouldBeInRange(1_000_000, LargestPage);

    [Fact]
    public async Task It_asks_for_nothing_but_itself_and_has_nothing_to_complain_of()
    {
        await using var open = await chromium.OpenAsync(large.Page);
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Open all" }).ClickAsync();
        await open.Page.EvaluateAsync("() => window.scrollTo(0, document.body.scrollHeight)");
        await open.Page.Locator("#family-40 img").First.ScrollIntoViewIfNeededAsync();
        await open.Page.WaitForFunctionAsync("() => document.querySelector('#family-40 img').naturalWidth === 112");

        open.Requests.ShouldBe([new Uri(large.Page).AbsoluteUri]);
        open.Messages.ShouldBeEmpty();
        (await open.Page.Locator(".family img").CountAsync()).ShouldBe(40 * 24);
    }

    [Fact]
    public async Task It_opens_in_seconds_even_on_a_busy_machine()
    {
        await using var open = await chromium.OpenAsync(large.Page);

        var milliseconds = await open.Page.EvaluateAsync<double>("() => performance.getEntriesByType('navigation')[0].loadEventEnd");

        output.WriteLine($"{new FileInfo(large.Page).Length / 1e6:F1} MB opened in {milliseconds:F0} ms");
        milliseconds.ShouldBeLessThan(10_000);
    }

    [Fact]
    public async Task Every_heading_is_reached_and_no_level_is_skipped()
    {
        await using var open = await chromium.OpenAsync(large.Page);
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Open all" }).ClickAsync();

        var levels = await open.Page.EvaluateAsync<int[]>("() => [...document.querySelectorAll('h1, h2, h3, h4')].map(heading => +heading.tagName[1])");

        (await open.Page.GetByRole(AriaRole.Heading).CountAsync()).ShouldBe(levels.Length);
        levels.Count(level => level == 1).ShouldBe(1);
        levels[0].ShouldBe(1);
        levels.Zip(levels.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First + 1);
    }

    [Fact]
    public async Task The_keyboard_skips_to_the_report_sorts_a_table_and_opens_a_family()
    {
        await using var open = await chromium.OpenAsync(large.Page);
        var page = open.Page;

        await page.Keyboard.PressAsync("Tab");
        (await FocusedAsync("element.textContent")).ShouldBe("Skip to the report");
        (await FocusedAsync("getComputedStyle(element).outlineStyle")).ShouldBe("solid");
        await page.Keyboard.PressAsync("Enter");
        (await FocusedAsync("element.id")).ShouldBe("main");

        await page.Locator("table.families th button").Nth(3).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        (await page.Locator("table.families th").Nth(3).GetAttributeAsync("aria-sort")).ShouldBe("descending");

        await page.Locator("#family-1 summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        (await page.Locator("#family-1 details").GetAttributeAsync("open")).ShouldNotBeNull();

        async Task<string> FocusedAsync(string what) => await page.EvaluateAsync<string>($"() => {{ const element = document.activeElement; return {what}; }}");
    }

    [Fact]
    public async Task Columns_sort_as_numbers_and_as_texts_both_ways()
    {
        await using var open = await chromium.OpenAsync(large.Page);
        var head = open.Page.Locator("table.families th button");

        await head.Nth(0).ClickAsync();
        (await ColumnAsync(0)).ShouldBe(Enumerable.Range(1, new ReportOptions().TableFamilies));
        await head.Nth(0).ClickAsync();
        (await ColumnAsync(0)).ShouldBe(Enumerable.Range(1, new ReportOptions().TableFamilies).Reverse());
        await head.Nth(1).ClickAsync();
        var rows = await ColumnAsync(1);
        rows.ShouldBe(rows.OrderDescending());
        rows[0].ShouldBe(424);
        await head.Nth(4).ClickAsync();
        var ids = await open.Page.Locator("table.families td:nth-child(5)").AllTextContentsAsync();
        ids.ShouldBe(ids.Order(StringComparer.Ordinal));

        async Task<List<int>> ColumnAsync(int column) =>
            [.. (await open.Page.Locator($"table.families td:nth-child({column + 1})").AllTextContentsAsync()).Select(text => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture))];
    }

    [Theory]
    [InlineData(360)]
    [InlineData(768)]
    public async Task No_width_scrolls_the_page_sideways(int width)
    {
        await using var open = await chromium.OpenAsync(large.Page, width);
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Open all" }).ClickAsync();
        await open.Page.EvaluateAsync("() => document.querySelectorAll('.family').forEach((family, i) => { if (i > 3) family.remove(); else family.style.contentVisibility = 'visible'; })");

        (await open.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBe(width);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_text_has_a_contrast_of_at_least_4_5(ColorScheme scheme)
    {
        await using var open = await chromium.OpenAsync(large.Page, scheme: scheme);
        var paper = await open.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");

        var worst = await open.Page.EvaluateAsync<System.Text.Json.JsonElement>(WorstContrast);

        worst[1].GetDouble().ShouldBeGreaterThanOrEqualTo(4.5, worst[0].GetString());
        paper.ShouldBe(scheme == ColorScheme.Dark ? "rgb(21, 23, 26)" : "rgb(251, 250, 246)");
    }

    /// <summary>The page, written once for all tests here.</summary>
    public sealed class Large : IAsyncLifetime
    {
        private MadeStore? _store;

        public string Page => _store!.Page;

        public async ValueTask InitializeAsync() => _store = await LargeStore.WriteAsync();

        public ValueTask DisposeAsync()
        {
            _store?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
