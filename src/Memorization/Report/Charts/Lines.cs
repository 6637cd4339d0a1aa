using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Legends;

namespace Memorization.Report.Charts;

/// <summary>What charts of lines against a threshold have in common.</summary>
internal static class Lines
{
    /// <summary>An empty chart with a legend above it.</summary>
    public static PlotModel Model(ChartColours colours)
    {
        var model = new PlotModel
        {
            PlotAreaBorderThickness = new OxyThickness(0),
            Padding = new OxyThickness(0, 0, 16, 0),
            PlotMargins = new OxyThickness(60, double.NaN, 16, 56),
            Culture = CultureInfo.InvariantCulture,
            TextColor = colours.Ink,
        };
        model.Legends.Add(new Legend
        {
            LegendPosition = LegendPosition.TopLeft,
            LegendPlacement = LegendPlacement.Outside,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendTextColor = colours.Ink,
            LegendSymbolLength = 28,
            LegendColumnSpacing = 24,
            LegendItemSpacing = 24,
        });
        return model;
    }

    /// <summary>An axis with lines that help to read.</summary>
    public static LinearAxis Axis(AxisPosition position, ChartColours colours, string format, string? title) => new()
    {
        Position = position,
        StringFormat = format,
        Title = title,
        AxisTitleDistance = 12,
        TitleColor = colours.Ink,
        TextColor = colours.Ink,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = colours.Grid,
        TicklineColor = colours.Grid,
        MinorTickSize = 0,
    };

    /// <summary>A threshold, as an upright line with its name on one side.</summary>
    public static LineAnnotation Mark(double threshold, string name, bool isNameRight, ChartColours colours) => new()
    {
        Type = LineAnnotationType.Vertical,
        X = threshold,
        Color = colours.Ink,
        TextColor = colours.Ink,
        LineStyle = LineStyle.Solid,
        StrokeThickness = 1,
        Text = $"\u00A0\u00A0{name}\u00A0\u00A0", // off the line
        TextOrientation = AnnotationTextOrientation.Horizontal,
        TextLinePosition = 0.4,
        TextHorizontalAlignment = isNameRight ? HorizontalAlignment.Left : HorizontalAlignment.Right,
    };
}
