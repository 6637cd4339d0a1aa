using OxyPlot;

namespace Memorization.Report.Charts;

/// <summary>What a chart is drawn in.</summary>
/// <param name="Ink">Text.</param>
/// <param name="Grid">Lines that help to read.</param>
/// <param name="First">Bars, and the first of several lines.</param>
/// <param name="Second">The second line.</param>
/// <param name="Third">The third line.</param>
/// <param name="Paper">What lies behind it all.</param>
internal sealed record ChartColours(OxyColor Ink, OxyColor Grid, OxyColor First, OxyColor Second, OxyColor Third, OxyColor Paper)
{
    /// <summary>For files: readable on white.</summary>
    public static ChartColours Print { get; } = new(
        OxyColor.FromRgb(0x21, 0x1F, 0x1B), OxyColor.FromRgb(0xD8, 0xD2, 0xC4), OxyColor.FromRgb(0x3B, 0x6E, 0xA0), OxyColor.FromRgb(0x8C, 0x3A, 0x12), OxyColor.FromRgb(0x5F, 0x59, 0x4F), OxyColors.White);

    /// <summary>For the page: stand-ins that the markup is searched for; classes of the page's style sheet take their place.</summary>
    public static ChartColours Page { get; } = new(
        OxyColor.FromRgb(1, 0, 0), OxyColor.FromRgb(2, 0, 0), OxyColor.FromRgb(3, 0, 0), OxyColor.FromRgb(4, 0, 0), OxyColor.FromRgb(5, 0, 0), OxyColors.Undefined);

    /// <summary>The style sheet's name of each of the page's stand-ins.</summary>
    public static IReadOnlyDictionary<string, string> PageClasses { get; } = new Dictionary<string, string>
    {
        ["rgb(1,0,0)"] = "ink",
        ["rgb(2,0,0)"] = "grid",
        ["rgb(3,0,0)"] = "first",
        ["rgb(4,0,0)"] = "second",
        ["rgb(5,0,0)"] = "third",
    };
}
