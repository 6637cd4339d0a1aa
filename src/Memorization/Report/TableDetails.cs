using Memorization.Analysis;

namespace Memorization.Report;

/// <summary>Everything that Table 1 knows of each family and word: two wide tables that open on demand.</summary>
internal static class TableDetails
{
    private static readonly Column[] Counts =
    [
        new("Rank"), new("Family", IsNumber: false), new("Rows"), new("Share"), new("Texts"), new("Captions"), new("URLs"), new("Hosts"), new("Images"), new("Least cosine"), new("Median cosine"),
        new("Stars"), new("Largest star"), new("With the keyword"), new("Chance z"), new("Draws"),
    ];

    private static readonly Column[] Words =
    [
        new("Rank"), new("List", IsNumber: false), new("Word", IsNumber: false), new("Rows"), new("Other rows"), new("Texts"), new("Other texts"), new("Log-odds"), new("z"), new("PMI"), new("p"), new("q"), new("Permutation p"),
    ];

    /// <summary>Both tables.</summary>
    /// <param name="data">The report.</param>
    /// <param name="shown">The families of Table 1 that the page shows.</param>
    public static Html Render(ReportData data, IReadOnlyList<FamilySummary> shown)
    {
        var detailed = shown.Take(Math.Max(1, data.Galleries.Count)).ToList();
        return Html.Of($"""
            <details class="more-numbers"><summary>Table 1, counts: texts, captions, URLs, hosts, images, similarities, stars</summary>
            <p>A text is a caption, of which those of a family that are the same but for numbers, or one shop's template, count once. Cosines are of the family's distinct images; a family of more than one star is chained:
            not all of its images resemble one of them. Chance z is the highest z of any word that one in twenty random families of as many texts exceeds.</p>
            {SortableTable.Of("Table 1, counts", "numbers", AnalysisTables.Families(shown), Counts, Html.Each(shown.Select((family, i) => (family, i)), row => Row(row.family, row.i + 1)))}
            </details>
            <details class="more-numbers"><summary>Table 1, words: log-odds, PMI, significance</summary>
            <p>The words of the {detailed.Count} largest families; the file has those of all {shown.Count} above. Log-odds, z, PMI, p and q are over texts. q is the false-discovery rate at which the word marks the family;
            permutation p is how likely any word of as many random texts reaches this z.</p>
            {SortableTable.Of("Table 1, words", "numbers", AnalysisTables.Words(shown), Words, Html.Each(detailed.SelectMany(Listed), row => Row(row.Word, row.Rank, row.List)))}
            </details>
            """);
    }

    private static IEnumerable<(FamilyWord Word, int Rank, string List)> Listed(FamilySummary family, int index) =>
        family.Words.Select(word => (word, index + 1, "frequent")).Concat(family.Marks.Select(word => (word, index + 1, "marking")));

    private static Html Row(FamilySummary family, int rank) => Html.Of($"""
        <tr><td class="number">{rank}</td><td><code>{family.Family[..8]}</code></td>{Numbers(
            Figures.Count(family.Size), Figures.Percent(family.Share), Figures.Count(family.Texts), Figures.Count(family.Captions), Figures.Count(family.Urls), Figures.Count(family.Hosts), Figures.Count(family.Contents),
            Figures.Real(family.LeastSimilarity), Figures.Real(family.MedianSimilarity), Figures.Count(family.Stars), Figures.Count(family.LargestStar), Figures.Count(family.KeywordRows),
            Figures.Real(family.ChanceZ, "0.0"), Figures.Count(family.Draws))}</tr>

        """);

    private static Html Row(FamilyWord word, int rank, string list) => Html.Of($"""
        <tr><td class="number">{rank}</td><td>{list}</td><td><bdi>{word.Word}</bdi></td>{Numbers(
            Figures.Count(word.Count), Figures.Count(word.Outside), Figures.Count(word.Texts), Figures.Count(word.TextsOutside), Figures.Signed(word.LogOdds), Figures.Signed(word.Z), Figures.Signed(word.Pmi),
            Figures.Probability(word.P), Figures.Probability(word.Q), Figures.Probability(word.PermutationP))}</tr>

        """);

    private static Html Numbers(params string[] cells) => Html.Each(cells, cell => Html.Of($"<td class=\"number\">{cell}</td>"));
}
