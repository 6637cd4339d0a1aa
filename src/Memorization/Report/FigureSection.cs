using Memorization.Report.Charts;

namespace Memorization.Report;

/// <summary>The largest families as bars: figures 1 and 2.</summary>
internal static class FigureSection
{
    public static Html Render(ReportData data)
    {
        if (data.Families.Count == 0) return Html.Of($"<p>There is no family to draw.</p>");
        var (first, second) = (FamilyFigure.OfStudy(data), FamilyFigure.OfWords(data));
        var asked = data.Study.Analysis.Words.Count > 0 ? "the word sets asked for" : "the study's keywords, since no other words were asked for";
        return Html.Of($"""
            {Figure(first, Html.Of($"<strong>Figure 1.</strong> Rows of the {first.Groups[0].Bars.Count} largest families of the study, by rank in Table 1, with the most frequent words of their captions."))}
            {(second.Groups.All(group => group.Bars.Count == 0) ? default : Figure(second, Html.Of($"""
                <strong>Figure 2.</strong> The same of the rows with {asked}: up to {data.Study.Report.ChartFamilies} of the families that these rows are among themselves, each under the words of the family in Table 1 that it lies in.
                A row with several of the sets is in each of their groups.
                """)))}
            """);
    }

    private static Html Figure(FamilyFigure figure, Html caption) => Html.Of($"""
        <figure class="chart"><div class="scroll" tabindex="0" role="group" aria-label="{figure.Description}">{FamilyBars.Of(figure).ToPage()}</div>
        <figcaption>{caption} Beside this page: <code>{figure.Name}.svg</code>, <code>{figure.Name}.png</code>, <code>{figure.Name}.csv</code>.</figcaption></figure>

        """);
}
