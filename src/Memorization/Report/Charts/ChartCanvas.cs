using OxyPlot;
using SkiaSharp;

namespace Memorization.Report.Charts;

/// <summary>Draws OxyPlot's charts as pixels: straight lines, polygons and text in <see cref="ChartFont"/>. Not thread-safe.</summary>
internal sealed class ChartCanvas(SKCanvas canvas) : ClippingRenderContext
{
    /// <inheritdoc/>
    public override void DrawLine(IList<ScreenPoint> points, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode, double[] dashArray, LineJoin lineJoin)
    {
        if (points.Count < 2 || !stroke.IsVisible() || thickness <= 0) return;
        using var path = PathOf(points, isClosed: false);
        using var paint = Stroke(stroke, thickness, dashArray);
        canvas.DrawPath(path, paint);
    }

    /// <inheritdoc/>
    public override void DrawPolygon(
        IList<ScreenPoint> points, OxyColor fill, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode, double[] dashArray, LineJoin lineJoin)
    {
        using var path = PathOf(points, isClosed: true);
        if (fill.IsVisible())
        {
            using var paint = new SKPaint { Color = Colour(fill), IsAntialias = true };
            canvas.DrawPath(path, paint);
        }

        if (!stroke.IsVisible() || thickness <= 0) return;
        using var outline = Stroke(stroke, thickness, dashArray);
        canvas.DrawPath(path, outline);
    }

    /// <inheritdoc/>
    public override void DrawText(
        ScreenPoint p, string text, OxyColor c, string fontFamily, double fontSize, double fontWeight, double rotation, HorizontalAlignment horizontalAlignment,
        VerticalAlignment verticalAlignment, OxySize? maxSize)
    {
        if (string.IsNullOrEmpty(text)) return;
        using var font = Font(fontSize);
        using var paint = new SKPaint { Color = Colour(c), IsAntialias = true };
        var baseline = verticalAlignment switch
        {
            VerticalAlignment.Top => -font.Metrics.Ascent,
            VerticalAlignment.Middle => -(font.Metrics.Ascent + font.Metrics.Descent) / 2,
            _ => -font.Metrics.Descent,
        };
        var align = horizontalAlignment switch { HorizontalAlignment.Left => SKTextAlign.Left, HorizontalAlignment.Center => SKTextAlign.Center, _ => SKTextAlign.Right };
        canvas.Save();
        canvas.Translate((float)p.X, (float)p.Y);
        canvas.RotateDegrees((float)rotation);
        canvas.DrawText(text, 0, baseline, align, font, paint);
        canvas.Restore();
    }

    /// <inheritdoc/>
    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        if (string.IsNullOrEmpty(text)) return OxySize.Empty;
        using var font = Font(fontSize);
        return new OxySize(font.MeasureText(text), font.Metrics.Descent - font.Metrics.Ascent);
    }

    /// <inheritdoc/>
    protected override void SetClip(OxyRect clippingRectangle)
    {
        canvas.Save();
        canvas.ClipRect(new SKRect((float)clippingRectangle.Left, (float)clippingRectangle.Top, (float)clippingRectangle.Right, (float)clippingRectangle.Bottom));
    }

    /// <inheritdoc/>
    protected override void ResetClip() => canvas.Restore();

    private static SKFont Font(double size) => new(ChartFont.Typeface, (float)size) { Edging = SKFontEdging.Antialias, Subpixel = true };

    private static SKColor Colour(OxyColor colour) => new(colour.R, colour.G, colour.B, colour.A);

    private static SKPath PathOf(IList<ScreenPoint> points, bool isClosed)
    {
        using var builder = new SKPathBuilder();
        builder.AddPoly([.. points.Select(point => new SKPoint((float)point.X, (float)point.Y))], isClosed);
        return builder.Detach();
    }

    private static SKPaint Stroke(OxyColor colour, double thickness, double[]? dashes)
    {
        var paint = new SKPaint { Color = Colour(colour), IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = (float)thickness };
        if (dashes is not { Length: > 0 }) return paint;
        using var effect = SKPathEffect.CreateDash([.. dashes.Select(dash => (float)(dash * thickness))], 0);
        paint.PathEffect = effect;
        return paint;
    }
}
