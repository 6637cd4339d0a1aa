using Memorization.Analysis;

namespace Memorization.Report;

/// <summary>Table 1: the families by size, each with the words that are frequent in its captions and those that mark it; behind it all of its numbers.</summary>
internal static class TableSection
{
    // As many as can be read at a glance; the lists below and the files have all of them.
    private const int FrequentWords = 7, MarkingWords = 5;

    private static readonly Column[] Columns =
        [new("Rank"), new("Rows"), new("Share"), new("Images"), new("Family", IsNumber: false), new("Frequent words", IsNumber: false), new("Words that mark it", IsNumber: false)];

    public static Html Render(ReportData data)
    {
        var shown = data.Families.Take(data.Study.Report.TableFamilies).ToList();
        if (shown.Count == 0) return Html.Of($"<p>No family has {data.Study.Analysis.MinFamilyRows} rows or more.</p>");
        var rate = data.Study.Analysis.FalseDiscoveryRate;
        return Html.Of($"""
            <p>{(shown.Count < data.Families.Count ? Html.Of($"The {shown.Count} largest of {data.Families.Count} families") : Html.Of($"All {shown.Count} families"))} with at least {data.Study.Analysis.MinFamilyRows} rows.
            Behind a frequent word: the rows of the family whose caption has it; words that say nothing of a picture are pale. Behind a word that marks the family: its log-odds against all other texts.
            Each is a discovery at a false-discovery rate of {Figures.Real(rate, "0.##")} over all words and families; pale ones do not stand out from families drawn at random.</p>
            {SortableTable.Of("Table 1", "families", AnalysisTables.Families(shown), Columns, Html.Each(shown.Select((family, i) => (family, i)), row => Row(row.family, row.i + 1, row.i < data.Galleries.Count, rate)))}
            {TableDetails.Render(data, shown)}
            """);
    }

    private static Html Row(FamilySummary family, int rank, bool hasGallery, double rate) => Html.Of($"""
        <tr><td class="number">{(hasGallery ? Html.Of($"<a href=\"#family-{rank}\">{rank}</a>") : Html.Of($"{rank}"))}</td><td class="number">{family.Size}</td><td class="number">{Figures.Real(100 * family.Share, "0.00")} %</td><td class="number">{family.Contents}</td><td><code>{family.Family[..8]}</code></td><td class="words">{Html.Each(family.Words.Take(FrequentWords), Frequent)}</td><td class="words">{Html.Each(family.Marks.Take(MarkingWords), word => Mark(word, rate))}</td></tr>

        """);

    // As few elements as can be: 500 families of a dozen words are half of what a browser lays out when it opens the page.
    private static Html Frequent(FamilyWord word) => Word(word.Word, Html.Of($"{word.Count}"), word.StopWord);

    private static Html Mark(FamilyWord word, double rate) => Word(word.Word, Html.Of($"{Figures.Signed(word.LogOdds)}"), word.PermutationP > rate);

    private static Html Word(string word, Html number, bool isPale) =>
        isPale ? Html.Of($"<small>{word}\u202F{number}</small> ") : Html.Of($"<b>{word}</b>\u202F{number} ");
}
