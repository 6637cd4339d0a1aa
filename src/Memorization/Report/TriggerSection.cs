using Memorization.Analysis;

namespace Memorization.Report;

/// <summary>Sets of words that lead to one family, found without being told the keyword: discoveries first, the others apart from them.</summary>
internal static class TriggerSection
{
    private static readonly Column[] Columns =
        [new("Rank"), new("Words", IsNumber: false), new("Family", IsNumber: false), new("Rows"), new("Of the family"), new("Share, 95 %"), new("Lift"), new("In families of the keyword"), new("Texts"), new("q")];

    public static Html Render(ReportData data)
    {
        var options = data.Study.Analysis;
        var all = data.Analysis.Triggers;
        if (all.Count == 0)
            return Html.Of($"<p>No set of up to three words stands in {options.TriggerRows} rows of one family and has {Figures.Percent(options.TriggerShare)} of its rows there.</p>");
        var discoveries = all.TakeWhile(trigger => trigger.Q <= options.FalseDiscoveryRate).ToList();
        var others = all.Skip(discoveries.Count).ToList();
        var shown = discoveries.Take(data.Study.Report.TableTriggers).ToList();
        var shownOthers = others.Take(data.Study.Report.TableTriggers - shown.Count).ToList();
        var links = new FamilyLinks(data);
        return Html.Of($"""
            <p>Sets of one to three words that stand in at least {options.TriggerRows} rows of a family and have at least {Figures.Percent(options.TriggerShare)} of their rows there. Words of the study's first keyword are left out, so that what is
            found leads to the family without it. A larger set is listed only where it says more than each of its parts. Lift: the share divided by the family's part of all rows.</p>
            {(shown.Count == 0 ? Html.Of($"<p>None of them is a discovery at a false-discovery rate of {Figures.Real(options.FalseDiscoveryRate, "0.##")}.</p>") : Html.Of($"""
                <p>Discoveries at a false-discovery rate of {Figures.Real(options.FalseDiscoveryRate, "0.##")} over all sets of up to three words and all families: {Counted(shown.Count, discoveries.Count)}, by the lower end of the share's interval.</p>
                {Table("Triggers", all, 0, shown, links)}
                """))}
            {(shownOthers.Count == 0 ? default : Html.Of($"""
                <details class="more-numbers"><summary>Sets that are no discoveries: {Counted(shownOthers.Count, others.Count)}</summary>
                <p>Chance alone may have brought these about, given how many sets were looked at.</p>
                {Table("Sets that are no discoveries", all, discoveries.Count, shownOthers, links)}
                </details>
                """))}
            """);
    }

    private static Html Counted(int shown, int all) => shown < all ? Html.Of($"the first {shown} of {all}") : Html.Of($"{all}");

    // The file keeps the ranks and is one with triggers.csv where the page shows all.
    private static Html Table(string label, IReadOnlyList<Trigger> all, int first, List<Trigger> shown, FamilyLinks links)
    {
        var file = AnalysisTables.Triggers(all);
        var rows = Html.Each(shown.Select((trigger, i) => (trigger, Rank: first + i + 1)), row => Row(row.trigger, row.Rank, links));
        return SortableTable.Of(label, "triggers", file with { Rows = [.. file.Rows.Skip(first).Take(shown.Count)] }, Columns, rows);
    }

    private static Html Row(Trigger trigger, int rank, FamilyLinks links) => Html.Of($"""
        <tr><td class="number">{rank}</td><th scope="row"><bdi>{string.Join(" · ", trigger.Words)}</bdi></th><td>{links.To(trigger.Family)}</td><td class="number">{trigger.Rows}</td><td class="number">{trigger.FamilyRows}</td>{Whisker.Cell(trigger.Share, trigger.Low, trigger.High)}<td class="number">{Figures.Real(trigger.Lift, "N1")}</td><td class="number">{Figures.Percent(trigger.KeywordShare)}</td><td class="number">{trigger.FamilyTexts} of {trigger.Texts}</td><td class="number">{Figures.Probability(trigger.Q)}</td></tr>

        """);
}
