using Memorization.Analysis;

namespace Memorization.Report;

/// <summary>Table 1: the families by size, each with the words that are frequent in its captions.</summary>
internal static class TableSection
{
    public static Html Render(ReportData data)
    {
        var shown = data.Families.Take(data.Study.Report.TableFamilies).ToList();
        if (shown.Count == 0) return Html.Of($"<p>No family has {data.Study.Analysis.MinFamilyRows} rows or more.</p>");
        return Html.Of($"""
            <p>{(shown.Count < data.Families.Count ? Html.Of($"The {shown.Count} largest of {data.Families.Count} families") : Html.Of($"All {shown.Count} families"))} with at least {data.Study.Analysis.MinFamilyRows} rows.
            Behind each word: the rows of the family whose caption has it, and its log-odds against all other rows of the study. Words that say nothing of a picture are pale.</p>
            <div class="scroll" tabindex="0" role="group" aria-label="Table 1">
            <table class="sortable families">
            <thead><tr>{SortableTable.Heads(("Rank", true), ("Rows", true), ("Share", true), ("Images", true), ("Family", false))}<th scope="col">Frequent words, rows, log-odds</th></tr></thead>
            <tbody>
            {Html.Each(shown.Select((family, i) => (family, i)), row => Row(row.family, row.i + 1, row.i < data.Galleries.Count))}
            </tbody>
            </table>
            </div>
            """);
    }

    private static Html Row(FamilySummary family, int rank, bool hasGallery) => Html.Of($"""
        <tr><td class="number">{(hasGallery ? Html.Of($"<a href=\"#family-{rank}\">{rank}</a>") : Html.Of($"{rank}"))}</td><td class="number">{family.Size}</td><td class="number">{100 * family.Share:0.00} %</td><td class="number">{family.Contents}</td><td><code>{family.Family[..8]}</code></td><td class="words">{Html.Each(family.Words, Word)}</td></tr>

        """);

    // As few elements as can be: 500 families of ten words are half of what a browser lays out when it opens the page.
    private static Html Word(FamilyWord word)
    {
        var numbers = Html.Of($"\u202F{word.Count}\u202F·\u202F{word.LogOdds:+0.0;−0.0;0.0}");
        return word.StopWord ? Html.Of($"<small>{word.Word}{numbers}</small> ") : Html.Of($"<b>{word.Word}</b>{numbers} ");
    }
}
