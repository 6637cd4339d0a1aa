using Memorization.Analysis;

namespace Memorization.Report;

/// <summary>What the rows with some words show: both shares, their intervals, and what missing images could change.</summary>
internal static class ShareSection
{
    private static readonly Column[] Columns =
    [
        new("Words", IsNumber: false), new("Rows"), new("Families"), new("Largest family", IsNumber: false), new("Rows in it"), new("Share of the largest, 95 %"), new("In families of the keyword, 95 %"),
        new("No image"), new("Largest, bounds"), new("Keyword, bounds"),
    ];

    public static Html Render(ReportData data)
    {
        var shares = data.Analysis.Shares;
        if (shares.Count == 0) return Html.Of($"<p>No word set was asked for, and the study has no keyword. <code>analysis.words</code> in the study names some.</p>");
        var links = new FamilyLinks(data);
        var keyword = data.Study.Keywords.Count == 0 ? Html.Of($"; without a keyword in the study every family counts") : Html.Of($", of those of whose rows at least half have <q>{data.Study.Keywords[0]}</q>");
        return Html.Of($"""
            <p>Each line takes the rows whose caption has all of its words. <em>Share of the largest</em>: the largest of the families that these rows are among themselves, images of other rows left out. <em>In families of the
            keyword</em>: rows that lie in families of the whole study{keyword}. <em>Bounds</em>: what the share is if none, and if all, of the images that could not be had belong there.</p>
            {SortableTable.Of("Shares of word sets", "shares", AnalysisTables.Shares(shares), Columns, Html.Each(shares, share => Row(share, links)))}
            """);
    }

    private static Html Row(WordShare share, FamilyLinks links) => Html.Of($"""
        <tr><th scope="row"><bdi>{string.Join(' ', share.Words)}</bdi>{(share.Without.Count == 0 ? default : Html.Of($" <small>without <bdi>{string.Join("; ", share.Without)}</bdi></small>"))}</th><td class="number">{share.Rows}</td><td class="number">{share.Families}</td><td>{(share.LargestFamily is { } family ? links.To(family) : Html.Of($"–"))}</td><td class="number">{share.LargestRows}</td>{Whisker.Cell(share.Share, share.Low, share.High)}{Whisker.Cell(share.KeywordShare, share.KeywordLow, share.KeywordHigh)}<td class="number">{share.Missing}</td><td class="number">{Figures.Bounds(share.ShareIfMissingDiffer, share.ShareIfMissingSame)}</td><td class="number">{Figures.Bounds(share.KeywordShareIfMissingDiffer, share.KeywordShareIfMissingSame)}</td></tr>

        """);
}
