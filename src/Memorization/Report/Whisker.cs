namespace Memorization.Report;

/// <summary>A share with its interval, as a dot on a line from 0 to 100 %, beside the numbers.</summary>
internal static class Whisker
{
    /// <summary>A table's cell.</summary>
    /// <param name="share">The share; null where there is nothing to count.</param>
    /// <param name="low">Lower end of its interval.</param>
    /// <param name="high">Upper end.</param>
    public static Html Cell(double? share, double low, double high) => share is { } value
        ? Html.Of($"""
            <td class="number interval"><span>{Figures.Percent(value)}</span> <small>{Figures.Interval(low, high)}</small><svg class="whisker" aria-hidden="true"><line class="stroke-grid" x1="0" x2="100%" y1="50%" y2="50%"></line><line class="stroke-first" x1="{100 * low:0.##}%" x2="{100 * high:0.##}%" y1="50%" y2="50%"></line><circle class="fill-first" cx="{100 * value:0.##}%" cy="50%" r="3.5"></circle></svg></td>
            """)
        : Html.Of($"<td class=\"number interval\">–</td>");
}
