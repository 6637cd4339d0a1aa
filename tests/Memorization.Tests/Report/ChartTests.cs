using System.Text;
using System.Xml.Linq;
using Memorization.Report;
using Memorization.Report.Charts;
using Shouldly;
using SkiaSharp;
using Xunit;

namespace Memorization.Tests.Report;

public sealed class ChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static FamilyFigure Figure(string name = "almond · blossom", string head = "") =>
        new("figure-1", "Bars of two families", [new FamilyBarGroup("", head, [new FamilyBar(1, 1, "aa", name, 1200, 0.75), new FamilyBar(2, 2, "bb", "night", 400, 0.25)])]);

    [Fact]
    public void A_figure_as_SVG_stands_alone_with_bars_as_long_as_their_rows()
    {
        var svg = XDocument.Parse(FamilyBars.Of(Figure()).ToSvg()).Root!;

        svg.Name.ShouldBe(Svg + "svg");
        svg.Attribute("width")!.Value.ShouldBe("960");
        svg.Element(Svg + "title")!.Value.ShouldBe("Bars of two families");
        svg.Element(Svg + "rect")!.Attribute("fill")!.Value.ShouldBe("#fff");
        svg.Descendants().Attributes("class").ShouldBeEmpty();
        svg.Descendants().Attributes("href").ShouldBeEmpty();
        var texts = svg.Descendants(Svg + "text").Select(text => text.Value.Trim()).ToList();
        texts.ShouldContain("almond · blossom · 1");
        texts.ShouldContain("1,200");
        var bars = svg.Descendants(Svg + "rect").Where(rect => ((string?)rect.Attribute("style"))?.Contains("rgb(59,110,160)", StringComparison.Ordinal) == true)
            .Select(rect => (double)rect.Attribute("width")!).ToList();
        bars.Count.ShouldBe(2);
        (bars[0] / bars[1]).ShouldBe(3, 0.01);
    }

    [Fact]
    public void A_figure_as_PNG_has_its_bars_and_its_text()
    {
        var chart = FamilyBars.Of(Figure());

        using var bitmap = SKBitmap.Decode(chart.ToPng());

        (bitmap.Width, bitmap.Height).ShouldBe((1920, 2 * chart.Height));
        Dark(bitmap, 0, 490).ShouldBeGreaterThan(300); // the labels left of the bars, which only a font can have drawn
        using var without = SKBitmap.Decode(FamilyBars.Of(Figure(name: "·")).ToPng());
        Dark(without, 0, 490).ShouldBeLessThan(Dark(bitmap, 0, 490));
        var blue = Enumerable.Range(0, bitmap.Height).Max(y => Enumerable.Range(500, 1400).Count(x => bitmap.GetPixel(x, y) == new SKColor(0x3B, 0x6E, 0xA0)));
        blue.ShouldBeGreaterThan(1000);
    }

    [Theory]
    [InlineData("</text><script>alert(1)</script>\u202E\uFFFE\u0001")]
    [InlineData("梵高 → 🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻🌻")]
    public void Any_text_stands_in_a_chart_and_is_text(string text)
    {
        var chart = FamilyBars.Of(Figure(text, text));

        var svg = XDocument.Parse(chart.ToSvg());
        var page = XDocument.Parse(chart.ToPage().ToString());

        foreach (var document in (XDocument[])[svg, page])
        {
            document.Descendants(Svg + "script").ShouldBeEmpty();
            document.ToString().ShouldNotContain('\u202E');
        }

        Encoding.UTF8.GetString(chart.ToPng().AsSpan(1, 3)).ShouldBe("PNG");
    }

    [Fact]
    public void On_the_page_a_chart_has_classes_instead_of_colours_and_styles()
    {
        var svg = XDocument.Parse(FamilyBars.Of(Figure()).ToPage().ToString()).Root!;

        svg.Descendants().Attributes("style").ShouldBeEmpty();
        svg.ToString().ShouldNotContain("rgb(");
        svg.Descendants().Count(element => (string?)element.Attribute("class") == "fill-first").ShouldBe(2);
        svg.Attribute("aria-label")!.Value.ShouldBe("Bars of two families");
    }

    [Fact]
    public void A_figure_without_families_is_drawn_all_the_same()
    {
        var chart = FamilyBars.Of(new FamilyFigure("figure-1", "nothing", [new FamilyBarGroup("", "", [])]));

        XDocument.Parse(chart.ToSvg()).Descendants(Svg + "text").Select(text => text.Value.Trim()).ShouldContain("no family to draw");
        using var bitmap = SKBitmap.Decode(chart.ToPng());
        bitmap.Width.ShouldBe(1920);
    }

    private static int Dark(SKBitmap bitmap, int from, int to)
    {
        var dark = 0;
        for (var y = 0; y < bitmap.Height; y++)
            for (var x = from; x < to; x++)
                if (bitmap.GetPixel(x, y).Red < 100) dark++;
        return dark;
    }
}
