using Memorization.Replication.Scoring;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Memorization.Report.Charts;

/// <summary>How the share of images that count as replicated falls with the threshold, a line for each kind of probes.</summary>
internal static class ReplicationLines
{
    /// <summary>Kinds that can be told apart; those with most images have a line.</summary>
    public const int MostKinds = 9;

    private const int Width = 960, Height = 340;

    private static readonly LineStyle[] Styles = [LineStyle.Solid, LineStyle.Dash, LineStyle.Dot];

    /// <summary>The chart of an evaluation with a curve.</summary>
    public static Chart Of(Evaluation evaluation) => new(
        "replication", "Lines against the threshold: the part of the images of each kind of caption that comes so near to a training image of the caption's family; replication_curve.csv has the numbers",
        Width, Height, colours => Draw(evaluation, colours));

    private static PlotModel Draw(Evaluation evaluation, ChartColours colours)
    {
        var model = Lines.Model(colours);
        model.Axes.Add(Lines.Axis(AxisPosition.Bottom, colours, "0.00", "cosine similarity from which an image counts as replicated"));
        var shares = Lines.Axis(AxisPosition.Left, colours, "0 %", null);
        (shares.Minimum, shares.Maximum, shares.MajorStep) = (0, 1.02, 0.25);
        model.Axes.Add(shares);
        OxyColor[] palette = [colours.First, colours.Second, colours.Third];
        var kinds = evaluation.Curve.Where(point => point.Score == ScoreKind.Max).GroupBy(point => point.Kind)
            .OrderByDescending(kind => kind.Max(point => point.Images)).ThenBy(kind => kind.Key, StringComparer.Ordinal).Take(MostKinds).OrderBy(kind => kind.Key, StringComparer.Ordinal);
        foreach (var (i, kind) in kinds.Index())
        {
            var line = new LineSeries
            {
                Title = Chart.Text(kind.Key ?? "no kind"),
                Color = palette[i % palette.Length],
                LineStyle = Styles[(i + (i / palette.Length)) % Styles.Length],
                StrokeThickness = 2.5,
            };
            line.Points.AddRange(kind.OrderBy(point => point.Threshold).Select(point => new DataPoint(point.Threshold, point.Share)));
            model.Series.Add(line);
        }

        model.Annotations.Add(Lines.Mark(evaluation.Threshold, "set by hand", isNameRight: false, colours));
        if (evaluation.Calibrated.FirstOrDefault(one => one.Score == ScoreKind.Max)?.Threshold is { } calibrated) model.Annotations.Add(Lines.Mark(calibrated, "calibrated", isNameRight: true, colours));
        return model;
    }
}
