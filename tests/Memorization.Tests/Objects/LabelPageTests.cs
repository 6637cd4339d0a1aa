using System.Text.Json;
using Memorization.Images;
using Memorization.Objects;
using Memorization.Store;
using Memorization.Tests.Report;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Memorization.Tests.Objects;

/// <summary>The labelling page as a person's browser and keyboard have it.</summary>
public sealed class LabelPageTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private static readonly ObjectOptions Flag = new()
    {
        Name = "flag",
        Description = "a <b>flag</b> & more",
        Keyword = "astronaut",
        Aliases = ["usa"],
        Controls = ["pilot"],
        References = ["flag.png"],
    };

    private readonly ObjectWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Answers_by_keyboard_are_saved_as_a_file_that_counts()
    {
        var path = await WriteAsync(images: 4);
        await using var open = await chromium.OpenAsync(path);
        var page = open.Page;
        (await page.GetByRole(AriaRole.Heading).TextContentAsync()).ShouldBe("Is a <b>flag</b> & more in the picture?");
        await page.GetByLabel("Your name").FillAsync("Ada L.");
        await page.Keyboard.PressAsync("Enter");

        (await page.Locator("#count").TextContentAsync()).ShouldBe("Picture 1 of 4");
        await page.WaitForFunctionAsync("() => document.getElementById('picture').naturalWidth > 100");
        foreach (var key in (string[])["y", "n", "z", "u", "n"]) await page.Keyboard.PressAsync(key);
        (await page.Locator("#count").TextContentAsync()).ShouldBe("Picture 4 of 4");
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes" }).ClickAsync();
        (await page.Locator("#finished").IsVisibleAsync()).ShouldBeTrue();
        var saving = page.WaitForDownloadAsync();
        await page.Keyboard.PressAsync("s");
        var download = await saving;

        download.SuggestedFilename.ShouldBe("flag-1-ada-l-.json");
        var saved = Path.Combine(_world.Folder, "saved.json");
        await download.SaveAsAsync(saved);
        var sample = Contents(path);
        var file = await LabelFile.ReadAsync(saved, "flag", sample.ToHashSet());
        (file.Labeller, file.Seed).ShouldBe(("Ada L.", 1));
        file.Sample.ShouldBe(sample);
        file.Answers.ShouldBe([new(sample[0], Answer.Yes), new(sample[1], Answer.Unsure), new(sample[2], Answer.No), new(sample[3], Answer.Yes)]);
        open.Requests.ShouldBe([new Uri(path).AbsoluteUri]);
        open.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_page_that_is_opened_again_goes_on_where_it_was()
    {
        var path = await WriteAsync(images: 5);
        await using var open = await chromium.OpenAsync(path);
        var page = open.Page;
        await page.GetByLabel("Your name").FillAsync("Ada");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("y");
        await page.Keyboard.PressAsync("n");

        await page.ReloadAsync();

        (await page.Locator("#count").TextContentAsync()).ShouldBe("Picture 3 of 5");
        await page.Keyboard.PressAsync("z");
        (await page.Locator("#count").TextContentAsync()).ShouldBe("Picture 2 of 5");
        open.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_knows_no_score_caption_group_or_address()
    {
        var html = await File.ReadAllTextAsync(await WriteAsync(images: 6));

        foreach (var word in (string[])["astronaut", "pilot", "host.test", "score", "http:", "https:"]) html.ShouldNotContain(word, Case.Insensitive);
        html.ShouldNotContain("<b>flag");
    }

    [Fact]
    public async Task Half_of_a_sample_is_the_keywords_and_the_seed_decides()
    {
        var path = await WriteAsync(images: 6);
        var again = Contents(await WriteAsync(images: 6, name: "again"));
        var other = Contents(await WriteAsync(images: 6, seed: 2));

        var sample = Contents(path);
        sample.Count(content => Keyword.Contains(content)).ShouldBe(3);
        again.ShouldBe(sample);
        other.ShouldNotBe(sample);
        Contents(await WriteAsync(images: 500)).Count.ShouldBe(8 + 4 + 4); // all there are, and none whose caption names it
    }

    // Kept for a person to look at: $LABEL_PAGE_PICTURE names a file for it.
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task The_picture_and_the_answers_are_in_sight_at_once(ColorScheme scheme)
    {
        await using var open = await chromium.OpenAsync(await WriteAsync(images: 6), 1100, 900, scheme);
        var page = open.Page;
        await page.GetByLabel("Your name").FillAsync("Ada");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("y");
        await page.WaitForFunctionAsync("() => document.getElementById('picture').naturalWidth > 100");

        var bottom = await page.EvaluateAsync<double>("() => document.querySelector('.tools').getBoundingClientRect().bottom");
        bottom.ShouldBeLessThanOrEqualTo(900);
        (await page.EvaluateAsync<double>("() => { const i = document.getElementById('picture'); return i.clientWidth / i.clientHeight; }")).ShouldBe(160 / 120.0, 0.02);
        if (Environment.GetEnvironmentVariable("LABEL_PAGE_PICTURE") is { } picture) await page.ScreenshotAsync(new PageScreenshotOptions { Path = $"{picture}-{scheme}.png" });
    }

    private static IEnumerable<string> Keyword => Enumerable.Range(0, 8).Select(i => ObjectWorld.ContentOf(FlagPictures.Png(i, flag: i % 4 == 1)));

    private static List<string> Contents(string page)
    {
        var html = File.ReadAllText(page);
        var start = html.IndexOf('{', html.IndexOf("id=\"sample\"", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(html[start..html.IndexOf("</script>", start, StringComparison.Ordinal)]);
        return [.. json.RootElement.GetProperty("pictures").EnumerateArray().Select(picture => picture.GetProperty("content_id").GetString()!)];
    }

    private async Task<string> WriteAsync(int images, int seed = 1, string name = "pages")
    {
        if (!Directory.Exists(_world.Store))
        {
            await _world.WriteAsync(
            [
                .. Enumerable.Range(0, 8).Select(i => new WorldRow($"astronaut {i}", FlagPictures.Png(i, flag: i % 4 == 1), i)),
                .. Enumerable.Range(10, 4).Select(i => new WorldRow($"pilot {i}", FlagPictures.Png(i, flag: false), i)),
                .. Enumerable.Range(20, 4).Select(i => new WorldRow($"teapot {i}", FlagPictures.Png(i, flag: false), i)),
                new("astronaut of the USA", FlagPictures.Png(30, flag: true), 30),
            ]);
        }

        using var database = await StoreDatabase.OpenAsync(_world.Store);
        using var study = await ObjectStudy.OpenAsync(database, _world.Store, Flag, _world.Folder);
        var (page, count) = await study.WriteLabelPageAsync(Path.Combine(_world.Folder, name), images, seed, new DecodeOptions(), _ => null, default);
        count.ShouldBeLessThanOrEqualTo(images);
        return page;
    }
}
