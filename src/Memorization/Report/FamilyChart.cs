using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Memorization.Analysis;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Memorization.Report;

/// <summary>The largest families as bars: inline SVG whose colours come from the page's style sheet.</summary>
internal static partial class FamilyChart
{
    private const int Width = 960, RowHeight = 22, AxisHeight = 40, LabelWidth = 250, LabelLength = 34;

    // Stand-ins that the markup is searched for; the page's classes take their place.
    private static readonly OxyColor Ink = OxyColor.FromRgb(1, 0, 0), Line = OxyColor.FromRgb(2, 0, 0), Bar = OxyColor.FromRgb(3, 0, 0);

    private static readonly Dictionary<string, string> Classes = new()
    {
        ["rgb(1,0,0)"] = "ink",
        ["rgb(2,0,0)"] = "line",
        ["rgb(3,0,0)"] = "bar",
    };

    /// <summary>Draws the families, largest on top.</summary>
    public static Html Draw(IReadOnlyList<FamilySummary> families)
    {
        var labels = new CategoryAxis
        {
            Position = AxisPosition.Left,
            StartPosition = 1,
            EndPosition = 0,
            GapWidth = 0.5,
            TextColor = Ink,
            TicklineColor = OxyColors.Undefined,
            AxislineColor = OxyColors.Undefined,
        };
        var bars = new BarSeries { FillColor = Bar, StrokeThickness = 0, LabelPlacement = LabelPlacement.Outside, LabelMargin = 10, LabelFormatString = "{0:N0}", TextColor = Ink };
        foreach (var (family, rank) in families.Select((family, i) => (family, i + 1)))
        {
            labels.Labels.Add(string.Create(CultureInfo.InvariantCulture, $"{Label(family)} · {rank}"));
            bars.Items.Add(new BarItem(family.Size));
        }

        var model = new PlotModel { PlotAreaBorderThickness = new OxyThickness(0), PlotMargins = new OxyThickness(LabelWidth, 4, 44, 30), Padding = new OxyThickness(0), Culture = CultureInfo.InvariantCulture };
        model.Axes.Add(labels);
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Minimum = 0,
            MaximumPadding = 0.05,
            StringFormat = "N0",
            TextColor = Ink,
            MajorGridlineStyle = LineStyle.Solid,
            MajorGridlineColor = Line,
            TicklineColor = Line,
            MinorTickSize = 0,
            MinimumMajorStep = 1,
        });
        model.Series.Add(bars);

        using var stream = new MemoryStream();
        new SvgExporter { Width = Width, Height = AxisHeight + (families.Count * RowHeight), IsDocument = false }.Export(model, stream);
        stream.Position = 0;
        var svg = XDocument.Load(stream).Root!;
        Restyle(svg);
        svg.SetAttributeValue("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {Width} {AxisHeight + (families.Count * RowHeight)}"));
        foreach (var fixedSize in (string[])["width", "height"]) svg.SetAttributeValue(fixedSize, null);
        svg.SetAttributeValue("role", "img");
        svg.SetAttributeValue("aria-label", string.Create(CultureInfo.InvariantCulture, $"Bars: rows of the {families.Count} largest families; Table 1 has the numbers"));
        return Html.Own(svg.ToString(SaveOptions.DisableFormatting));
    }

    private static string Label(FamilySummary family)
    {
        var words = HtmlText.Visible(FamilyName.Of(family, words: 3));
        return words.Length <= LabelLength ? words : words[..LabelLength] + "…";
    }

    /// <summary>The page's policy allows no style attributes, and colours must follow the page's: attributes and classes instead.</summary>
    private static void Restyle(XElement svg)
    {
        svg.Descendants().Where(element => element.Name.LocalName is "defs" or "style").Remove();
        foreach (var element in svg.DescendantsAndSelf())
        {
            if (element.Attribute("style") is { } style)
            {
                foreach (Match property in Property().Matches(style.Value)) element.SetAttributeValue(property.Groups[1].Value, property.Groups[2].Value);
                style.Remove();
            }

            foreach (var name in (string[])["clip-path", "font-family", "font-weight", "stroke-opacity"]) element.SetAttributeValue(name, null);
            foreach (var name in (string[])["fill", "stroke"])
            {
                if (!Classes.TryGetValue((string?)element.Attribute(name) ?? "", out var @class)) continue;
                element.SetAttributeValue(name, null);
                element.SetAttributeValue("class", @class);
            }
        }
    }

    [GeneratedRegex("([a-z-]+):([^;]+)")]
    private static partial Regex Property();
}
