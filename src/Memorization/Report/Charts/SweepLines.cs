using Memorization.Analysis;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Memorization.Report.Charts;

/// <summary>What the threshold does to the families, as lines: rows in families, the largest family, agreement with the study's.</summary>
internal static class SweepLines
{
    private const int Width = 960, Height = 340;

    /// <summary>The chart of a sweep.</summary>
    /// <param name="steps">The steps, at least one.</param>
    /// <param name="rows">Rows of the study.</param>
    public static Chart Of(IReadOnlyList<ThresholdStep> steps, long rows) => new(
        "sweep", "Lines against the threshold: the part of the rows that is in families of two or more, the part that is in the largest family, and the agreement with the families of the study; the table has the numbers",
        Width, Height, colours => Draw(steps, rows, colours));

    private static PlotModel Draw(IReadOnlyList<ThresholdStep> steps, long rows, ChartColours colours)
    {
        var model = Lines.Model(colours);
        model.Axes.Add(Lines.Axis(AxisPosition.Bottom, colours, "0.00", "cosine similarity from which two images are linked"));
        var shares = Lines.Axis(AxisPosition.Left, colours, "0 %", null);
        (shares.Minimum, shares.Maximum, shares.MajorStep) = (Math.Min(0, steps.Min(step => step.Agreement)), 1.02, 0.25);
        model.Axes.Add(shares);
        model.Series.Add(Line("rows in families of two or more", LineStyle.Solid, colours.First, step => (double)step.RowsInFamilies / rows));
        model.Series.Add(Line("rows in the largest family", LineStyle.Dash, colours.Second, step => step.LargestShare));
        model.Series.Add(Line("agreement with the study's families (ARI)", LineStyle.Dot, colours.Third, step => step.Agreement));
        if (steps.FirstOrDefault(step => step.IsStudys) is { } studys)
            model.Annotations.Add(Lines.Mark(studys.Threshold, "the study's", studys.Threshold < (steps.Min(step => step.Threshold) + steps.Max(step => step.Threshold)) / 2, colours));
        return model;

        LineSeries Line(string title, LineStyle style, OxyColor colour, Func<ThresholdStep, double> value)
        {
            var line = new LineSeries { Title = title, LineStyle = style, Color = colour, StrokeThickness = 2.5 };
            line.Points.AddRange(steps.Select(step => new DataPoint(step.Threshold, value(step))));
            return line;
        }
    }
}
