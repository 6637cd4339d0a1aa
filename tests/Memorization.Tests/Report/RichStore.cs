using System.Globalization;
using Memorization.Analysis;
using Memorization.Configuration;
using Memorization.Images;
using Memorization.Tests.Store;

namespace Memorization.Tests.Report;

/// <summary>A small store in which every section of the report has something to say, and whose texts are hostile.</summary>
internal static class RichStore
{
    /// <summary>A word set to leave out, as a hostile person writes it.</summary>
    public const string Without = "</td></svg><script>alert(1)</script> \u202E zebra";

    public const string HostileCaption = "van gogh =HYPERLINK(\"http://evil.test\") </script><img src=x onerror=alert(1)> \u202E";

    private static readonly string[] Adjectives =
        ["amber", "bright", "calm", "deep", "early", "faint", "gentle", "hidden", "ivory", "joyful", "kind", "late", "misty", "noble"];

    public static Study Study { get; } = new()
    {
        Name = "rich",
        Input = ["/secret/place/rows.parquet"],
        Keywords = ["van gogh"],
        Analysis = new AnalysisOptions { Words = ["almond blossom", "night"], Without = [Without] },
    };

    /// <summary>Writes the store: families of 14, 12 and 3 rows, 20 of one row, and 3 rows without an image.</summary>
    public static async Task<MadeStore> WriteAsync()
    {
        var store = new MadeStore(Study);
        await store.WriteAsync([.. Rows()], MadeRows.NotFound(900), MadeRows.NotFound(901), MadeRows.NotFound(902), MadeRows.CaptionTooLong(903), MadeRows.UnitEnds(emitted: 53, noKeyword: 10));
        return store;
    }

    public static IEnumerable<MadeRow> Rows()
    {
        for (var i = 0; i < 14; i++) yield return Row(i, i / 2, 1, $"{Adjectives[i]} almond blossom by Vincent van Gogh");
        for (var i = 0; i < 12; i++) yield return Row(100 + i, 100 + i, 2, $"van gogh, starry night, {Adjectives[i]} print");
        for (var i = 0; i < 3; i++) yield return Row(200 + i, 200 + i, 3, HostileCaption) with { Url = string.Create(CultureInfo.InvariantCulture, $"http://-odd-{i}.test/<script>?{i}") };
        for (var i = 0; i < 20; i++) yield return Row(300 + i, 300 + i, 300 + i, $"van gogh sketch {(char)('a' + i)}x");
    }

    private static MadeRow Row(int number, int content, int family, string caption) => new(number, content, family)
    {
        Caption = caption,
        Url = string.Create(CultureInfo.InvariantCulture, $"https://cdn-{number % 5}.gallery.test/images/{number}.jpg"),
        Thumbnail = Thumbnail.Encode(Picture(family, content)),
        Star = content,
    };

    // Of one family nearly the same: large blocks, and a little noise of its own.
    private static byte[] Picture(int family, int content)
    {
        const int side = Thumbnail.Side * 2;
        var (blocks, noise) = (new Random(family), new Random(content));
        var shades = Enumerable.Range(0, 64).Select(_ => blocks.Next(20, 220)).ToArray();
        var rgb = new byte[side * side * 3];
        for (var i = 0; i < rgb.Length; i++)
        {
            var (x, y) = (i / 3 % side, i / 3 / side);
            rgb[i] = (byte)(shades[(y * 8 / side * 8) + (x * 8 / side)] + noise.Next(8));
        }

        return rgb;
    }
}
