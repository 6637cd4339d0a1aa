using System.Globalization;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Report;

/// <summary>The tables of the page in a browser: each sorts and each is saved.</summary>
public sealed class ReportTableBrowserTests(Chromium chromium, ReportSectionTests.Rich rich) : IClassFixture<Chromium>, IClassFixture<ReportSectionTests.Rich>
{
    [Fact]
    public async Task Every_table_is_saved_as_the_file_that_lies_beside_the_page()
    {
        await using var open = await chromium.OpenAsync(rich.Page);
        await OpenDetailsAsync(open.Page);
        var links = open.Page.Locator("a.csv");
        var saved = new List<string>();

        for (var i = 0; i < await links.CountAsync(); i++)
        {
            var download = await open.Page.RunAndWaitForDownloadAsync(() => links.Nth(i).ClickAsync());
            (await download.FailureAsync()).ShouldBeNull();
            saved.Add(download.SuggestedFilename);
            var beside = await File.ReadAllBytesAsync(Path.Combine(Path.GetDirectoryName(rich.Page)!, download.SuggestedFilename));
            (await File.ReadAllBytesAsync(await download.PathAsync())).ShouldBe(beside, download.SuggestedFilename);
        }

        saved.ShouldBe(["funnel.csv", "families.csv", "families.csv", "words.csv", "shares.csv", "drop_effect.csv", "triggers.csv", "sweep.csv", "second_opinion.csv", "hosts.csv"]);
        (await open.Page.Locator("table").CountAsync()).ShouldBe(saved.Count);
        open.Messages.ShouldBeEmpty();
    }

    // Every head of every table is pressed three times; each time its column is read.
    private const string PressEveryHead = """
        () => [...document.querySelectorAll('table')].flatMap(table => [...table.tHead.rows[0].cells].map((head, column) => {
          const cells = () => [...table.tBodies[0].rows].map(row => row.cells[column].textContent);
          const pressed = () => { head.querySelector('button').click(); return { way: head.ariaSort, cells: cells() }; };
          return { head: head.textContent, isNumber: head.className === 'number', original: cells(), first: pressed(), second: pressed(), third: pressed() };
        }))
        """;

    [Fact]
    public async Task Every_column_of_every_table_sorts_both_ways_and_back()
    {
        await using var open = await chromium.OpenAsync(rich.Page);

        var columns = await open.Page.EvaluateAsync<PressedColumn[]>(PressEveryHead);

        columns.Length.ShouldBeGreaterThan(70);
        foreach (var column in columns)
        {
            foreach (var press in (Press[])[column.First, column.Second])
            {
                press.Cells.Order(StringComparer.Ordinal).ShouldBe(column.Original.Order(StringComparer.Ordinal), column.Head);
                if (column.IsNumber) ShouldBeInOrder([.. press.Cells.Select(Number)], press.Way!, column.Head);
            }

            ((string?[])[column.First.Way, column.Second.Way]).ShouldBe(["ascending", "descending"], ignoreOrder: true);
            column.Third.Way.ShouldBeNull();
            column.Third.Cells.ShouldBe(column.Original, column.Head);
        }
    }

    [Fact]
    public async Task A_narrow_window_does_not_scroll_sideways_and_the_tables_do()
    {
        await using var open = await chromium.OpenAsync(rich.Page, width: 400);
        await OpenDetailsAsync(open.Page);

        (await open.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBe(400);
    }

    private static async Task OpenDetailsAsync(IPage page) => await page.EvaluateAsync("() => document.querySelectorAll('details').forEach(details => { details.open = true; })");

    // The number a cell begins with; none sorts last.
    private static double? Number(string cell)
    {
        var text = cell.Trim().Replace(",", "", StringComparison.Ordinal).Replace('−', '-');
        for (var length = text.Length; length > 0; length--)
            if (double.TryParse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        return null;
    }

    private static void ShouldBeInOrder(List<double?> numbers, string way, string head)
    {
        var there = numbers.TakeWhile(number => number is not null).ToList();
        numbers.Skip(there.Count).ShouldAllBe(number => number == null, head);
        there.ShouldBe(way == "ascending" ? there.Order() : there.OrderDescending(), ignoreOrder: false, head);
    }

    private sealed record Press
    {
        public string? Way { get; init; }

        public string[] Cells { get; init; } = [];
    }

    private sealed record PressedColumn
    {
        public string Head { get; init; } = "";

        public bool IsNumber { get; init; }

        public string[] Original { get; init; } = [];

        public Press First { get; init; } = new();

        public Press Second { get; init; } = new();

        public Press Third { get; init; } = new();
    }
}
