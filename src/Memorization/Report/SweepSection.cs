using Memorization.Analysis;
using Memorization.Report.Charts;

namespace Memorization.Report;

/// <summary>How far the conclusions move with the threshold.</summary>
internal static class SweepSection
{
    private static readonly Column[] Columns =
        [new("Threshold"), new("Families"), new("Of two rows or more"), new("Rows in those"), new("Rows in the largest"), new("Share of the largest"), new("Agreement (ARI)")];

    public static Html Render(ReportData data)
    {
        var steps = data.Analysis.Sweep;
        if (steps.Count == 0) return Html.Of($"<p>There is no row to group.</p>");
        return Html.Of($"""
            <p>The families at other thresholds, exactly, from the similarities that the store keeps. A conclusion that holds where the lines are flat does not hang on the threshold. Agreement is the adjusted Rand index over rows: 1 is the
            study's own families, 0 what chance would give. A steep rise of the largest family towards lower thresholds is chaining.</p>
            <figure class="chart"><div class="scroll" tabindex="0" role="group" aria-label="Lines against the threshold">{SweepLines.Of(steps, data.Analysis.Rows).ToPage()}</div>
            <figcaption>Beside this page: <code>sweep.svg</code>, <code>sweep.png</code>, <code>sweep.csv</code>.</figcaption></figure>
            {SortableTable.Of("Other thresholds", "numbers", AnalysisTables.Sweep(steps), Columns, Html.Each(steps, Row))}
            """);
    }

    private static Html Row(ThresholdStep step) => Html.Of($"""
        <tr{(step.IsStudys ? Html.Own(" class=\"marked\"") : default)}><td class="number">{Figures.Real(step.Threshold, "0.00##")}{(step.IsStudys ? Html.Of($" <b>the study's</b>") : default)}</td><td class="number">{step.Families}</td><td class="number">{step.FamiliesOfTwo}</td><td class="number">{step.RowsInFamilies}</td><td class="number">{step.LargestRows}</td><td class="number">{Figures.Percent(step.LargestShare)}</td><td class="number">{Figures.Real(step.Agreement)}</td></tr>

        """);
}
