using Memorization.Analysis;

namespace Memorization.Report;

/// <summary>What a hash that knows no encoder says of the largest families.</summary>
internal static class SecondOpinionSection
{
    private static readonly Column[] Columns =
        [new("Family", IsNumber: false), new("Pictures"), new("Median distance"), new("Near"), new("Strangers"), new("The hash says", IsNumber: false)];

    public static Html Render(ReportData data)
    {
        var opinions = data.Analysis.SecondOpinions;
        if (opinions.Count == 0) return Html.Of($"<p>No family has two distinct images with a thumbnail, so there is nothing to hash.</p>");
        var disagree = opinions.Count(Disagrees);
        var links = new FamilyLinks(data);
        return Html.Of($"""
            <p>The DCT hash of a picture's thumbnail has 64 bits and knows no encoder. Distances are in bits, to the picture of the family that all are nearest to; {SecondOpinion.NearBits} bits and less are near-copies, two unrelated pictures are
            about 32 apart. Strangers: the median distance to the middle pictures of the other families. The hash is blind to crops, bars and blocks over a picture, which embeddings see through: where it disagrees, look at the pictures.</p>
            <p>It disagrees with {disagree} of {opinions.Count} families.</p>
            {SortableTable.Of("Second opinion", "opinions", AnalysisTables.SecondOpinions(opinions), Columns, Html.Each(opinions, opinion => Row(opinion, links)))}
            """);
    }

    // The half of the pictures that are nearest are no near-copies.
    private static bool Disagrees(SecondOpinion opinion) => opinion.MedianDistance > SecondOpinion.NearBits;

    private static string Verdict(SecondOpinion opinion) =>
        !Disagrees(opinion) ? "near-copies" : opinion.MedianDistance >= opinion.StrangerDistance ? "disagrees: no nearer than strangers" : "disagrees: most are no near-copies";

    private static Html Row(SecondOpinion opinion, FamilyLinks links) => Html.Of($"""
        <tr{(Disagrees(opinion) ? Html.Own(" class=\"marked\"") : default)}><td>{links.To(opinion.Family)}</td><td class="number">{opinion.Pictures}</td><td class="number">{Figures.Real(opinion.MedianDistance, "0.#")}</td><td class="number">{Figures.Percent(opinion.Near)}</td><td class="number">{Figures.Real(opinion.StrangerDistance, "0.#")}</td><td>{(Disagrees(opinion) ? Html.Of($"<strong>{Verdict(opinion)}</strong>") : Html.Of($"{Verdict(opinion)}"))}</td></tr>

        """);
}
