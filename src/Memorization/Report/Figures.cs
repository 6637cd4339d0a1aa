using System.Globalization;

namespace Memorization.Report;

/// <summary>Numbers as a person reads them in a cell; what is not there is a dash.</summary>
internal static class Figures
{
    private const string None = "–";

    // With a space that does not break.
    private const string PercentFormat = "0.0\u00A0%";

    /// <summary>A share in percent.</summary>
    public static string Percent(double? share) => share is { } value ? value.ToString(PercentFormat, CultureInfo.InvariantCulture) : None;

    /// <summary>The ends of an interval in percent.</summary>
    public static string Interval(double low, double high) => string.Create(CultureInfo.InvariantCulture, $"{100 * low:0.0} to {100 * high:0.0}");

    /// <summary>Two shares that the truth lies between, in percent.</summary>
    public static string Bounds(double? low, double? high) => low is { } from && high is { } to ? $"{Interval(from, to)} %" : None;

    /// <summary>A whole number, grouped.</summary>
    public static string Count(long? count) => count is { } value ? value.ToString("N0", CultureInfo.InvariantCulture) : None;

    /// <summary>A number with so many decimals.</summary>
    public static string Real(double? number, string format = "0.000") => number is { } value ? value.ToString(format, CultureInfo.InvariantCulture) : None;

    /// <summary>A log-odds ratio or the like, with its sign.</summary>
    public static string Signed(double number) => number.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>A probability: three decimals, powers of ten below a thousandth.</summary>
    public static string Probability(double p) => p switch
    {
        0 => "0",
        < 0.001 => p.ToString("0.#e-0", CultureInfo.InvariantCulture),
        _ => p.ToString("0.000", CultureInfo.InvariantCulture),
    };
}
