using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OxyPlot;
using SkiaSharp;

namespace Memorization.Report.Charts;

/// <summary>A chart: inline on the page, or as a picture of its own.</summary>
/// <param name="Name">The files' name without an extension.</param>
/// <param name="Description">What it shows, for those who do not see it.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Draw">Makes the chart in some colours; a model is drawn once.</param>
internal sealed partial record Chart(string Name, string Description, int Width, int Height, Func<ChartColours, PlotModel> Draw)
{
    // Pixels of a PNG for each of the chart's: sharp in print.
    private const int Scale = 2;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Inline SVG whose colours come from the page's style sheet.</summary>
    public Html ToPage()
    {
        var svg = Export(ChartColours.Page);
        svg.Descendants().Where(element => element.Name.LocalName is "defs" or "style").Remove();
        foreach (var element in svg.DescendantsAndSelf()) Restyle(element);
        svg.SetAttributeValue("role", "img");
        svg.SetAttributeValue("aria-label", Text(Description));
        return Html.Own(svg.ToString(SaveOptions.DisableFormatting));
    }

    /// <summary>An SVG document that needs nothing else and is readable on white.</summary>
    public string ToSvg()
    {
        var svg = Export(ChartColours.Print);
        svg.SetAttributeValue("width", Width);
        svg.SetAttributeValue("height", Height);
        svg.SetAttributeValue("font-family", $"{ChartFont.Name}, Arial, sans-serif");
        foreach (var element in svg.Descendants()) element.SetAttributeValue("font-family", null);
        svg.AddFirst(new XElement(Svg + "title", Text(Description)), new XElement(Svg + "rect", new XAttribute("width", "100%"), new XAttribute("height", "100%"), new XAttribute("fill", "#fff")));
        return $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{svg.ToString(SaveOptions.DisableFormatting)}\n";
    }

    /// <summary>The same as PNG, two pixels for each of the chart's.</summary>
    public byte[] ToPng()
    {
        using var surface = SKSurface.Create(new SKImageInfo(Width * Scale, Height * Scale, SKColorType.Rgba8888, SKAlphaType.Opaque));
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale(Scale);
        IPlotModel model = Draw(ChartColours.Print);
        model.Update(true);
        model.Render(new ChartCanvas(surface.Canvas), new OxyRect(0, 0, Width, Height));
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Text that may stand in a chart: what turns its direction is shown, and what XML cannot hold is U+FFFD.</summary>
    internal static string Text(string text)
    {
        var visible = HtmlText.Visible(text).ToCharArray();
        for (var i = 0; i < visible.Length; i++)
            if (visible[i] is '\uFFFE' or '\uFFFF') visible[i] = '\uFFFD';
        return new string(visible);
    }

    private XElement Export(ChartColours colours)
    {
        // Text is measured in a font that is wider than most, so that what stands side by side does not touch in any.
        using var nowhere = new SKBitmap(1, 1);
        using var canvas = new SKCanvas(nowhere);
        using var stream = new MemoryStream();
        SvgExporter.Export(Draw(colours), stream, Width, Height, isDocument: false, textMeasurer: new ChartCanvas(canvas));
        stream.Position = 0;
        var svg = XDocument.Load(stream).Root!;
        foreach (var element in svg.DescendantsAndSelf()) element.Name = Svg + element.Name.LocalName;
        svg.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {Width} {Height}"));
        foreach (var fixedSize in (string[])["width", "height"]) svg.SetAttributeValue(fixedSize, null);
        return svg;
    }

    // The page's policy allows no style attributes, and colours must follow the page's: attributes and classes instead.
    private static void Restyle(XElement element)
    {
        if (element.Attribute("style") is { } style)
        {
            foreach (Match property in Property().Matches(style.Value)) element.SetAttributeValue(property.Groups[1].Value, property.Groups[2].Value);
            style.Remove();
        }

        foreach (var name in (string[])["clip-path", "font-family", "font-weight", "stroke-opacity"]) element.SetAttributeValue(name, null);
        List<string> classes = [];
        foreach (var name in (string[])["fill", "stroke"])
        {
            if (!ChartColours.PageClasses.TryGetValue((string?)element.Attribute(name) ?? "", out var colour)) continue;
            element.SetAttributeValue(name, null);
            classes.Add($"{name}-{colour}");
        }

        if (classes.Count > 0) element.SetAttributeValue("class", string.Join(' ', classes));
    }

    [GeneratedRegex("([a-z-]+):([^;]+)")]
    private static partial Regex Property();
}
