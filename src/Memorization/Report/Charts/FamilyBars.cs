using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Memorization.Report.Charts;

/// <summary>Families as bars, group by group, largest on top.</summary>
internal static class FamilyBars
{
    private const int Width = 960, RowHeight = 22, AxisHeight = 40, LabelWidth = 250, LabelLength = 34;

    /// <summary>The chart of a figure.</summary>
    public static Chart Of(FamilyFigure figure)
    {
        // A line of its own for each group's head.
        var lines = figure.Groups.SelectMany(group => group.Bars.Select(bar => (Head: "", Bar: (FamilyBar?)bar)).Prepend((Head: group.Head, Bar: null)).Where(line => line.Head.Length > 0 || line.Bar is not null)).ToList();
        if (lines.Count == 0) lines.Add(("no family to draw", null));
        return new Chart(figure.Name, figure.Description, Width, AxisHeight + (lines.Count * RowHeight), colours => Draw(lines, colours));
    }

    private static PlotModel Draw(List<(string Head, FamilyBar? Bar)> lines, ChartColours colours)
    {
        var labels = new CategoryAxis
        {
            Position = AxisPosition.Left,
            StartPosition = 1,
            EndPosition = 0,
            GapWidth = 0.5,
            TextColor = colours.Ink,
            TicklineColor = OxyColors.Undefined,
            AxislineColor = OxyColors.Undefined,
        };
        var bars = new BarSeries { FillColor = colours.First, StrokeThickness = 0, LabelPlacement = LabelPlacement.Outside, LabelMargin = 10, LabelFormatString = "{0:N0}", TextColor = colours.Ink };
        var model = new PlotModel
        {
            PlotAreaBorderThickness = new OxyThickness(0),
            PlotMargins = new OxyThickness(LabelWidth, 4, 44, 30),
            Padding = new OxyThickness(0),
            Culture = CultureInfo.InvariantCulture,
        };
        foreach (var ((head, bar), line) in lines.Select((line, i) => (line, i)))
        {
            labels.Labels.Add(bar is null ? "" : Label(bar));
            if (bar is not null) bars.Items.Add(new BarItem(bar.Rows, line));
            else model.Annotations.Add(new TextAnnotation
            {
                Text = Chart.Text(head),
                TextColor = colours.Ink,
                TextPosition = new DataPoint(0, line),
                TextHorizontalAlignment = HorizontalAlignment.Left,
                TextVerticalAlignment = VerticalAlignment.Middle,
                StrokeThickness = 0,
                Padding = new OxyThickness(0),
            });
        }

        model.Axes.Add(labels);
        model.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Minimum = 0,
            MaximumPadding = 0.05,
            StringFormat = "N0",
            TextColor = colours.Ink,
            MajorGridlineStyle = lines.Exists(line => line.Bar is null) ? LineStyle.None : LineStyle.Solid, // it would run through the heads
            MajorGridlineColor = colours.Grid,
            TicklineColor = colours.Grid,
            MinorTickSize = 0,
            MinimumMajorStep = 1,
        });
        model.Series.Add(bars);
        return model;
    }

    private static string Label(FamilyBar bar)
    {
        var words = Chart.Text(bar.Name);
        var end = char.IsHighSurrogate(words[Math.Min(words.Length, LabelLength) - 1]) ? LabelLength - 1 : LabelLength;
        var shown = words.Length <= LabelLength ? words : words[..end] + "…";
        return bar.TableRank is { } rank ? string.Create(CultureInfo.InvariantCulture, $"{shown} · {rank}") : shown;
    }
}
