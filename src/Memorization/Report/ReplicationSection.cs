using Memorization.Images;
using Memorization.Replication.Scoring;
using Memorization.Report.Charts;
using Memorization.Statistics;

namespace Memorization.Report;

/// <summary>What a model gives back: rates by kind and caption, the curve, objects, and generated images beside training images.</summary>
internal static class ReplicationSection
{
    private const int MostCaptions = 20;

    private static readonly Column[] RateColumns =
        [new("Captions", IsNumber: false), new("Threshold"), new("Set", IsNumber: false), new("Captions asked"), new("Images"), new("Replicated"), new("Share, 95 %"), new("One of ten")];

    private static readonly Column[] CaptionColumns =
        [new("Caption", IsNumber: false), new("Kind", IsNumber: false), new("Family", IsNumber: false), new("Images"), new("Replicated"), new("Share, 95 %"), new("The same image")];

    private static readonly Column[] ObjectColumns =
        [new("Object", IsNumber: false), new("Captions", IsNumber: false), new("Images"), new("Positive"), new("Apparent"), new("95 %", IsNumber: false), new("Corrected"), new("95 %", IsNumber: false)];

    /// <summary>The section; none where no images of this snapshot's captions were evaluated.</summary>
    public static IEnumerable<(string Id, string Title, Html Body)> Render(ReportData data) => data.Replication is { } evaluation
        ? [("replication", "Replication: what a model gives back", Render(evaluation, new FamilyLinks(data), data.IsRedacted))]
        : [];

    private static Html Render(Evaluation evaluation, FamilyLinks links, bool isRedacted)
    {
        var several = evaluation.Rates.Where(rate => rate.Group != "probe" && rate.Score == ScoreKind.Max).ToList();
        return Html.Of($"""
            {(several.FirstOrDefault(rate => rate.Group == "all") is { } all ? Rates(evaluation, all, several) : Html.Of($"<p>None of the captions was made for a family of the study: nothing can have come back.</p>"))}
            {Captions(evaluation, links)}
            {Model(evaluation)}
            {Objects(evaluation)}
            {(isRedacted ? default : Pairs(evaluation, links))}
            """);
    }

    private static Html Rates(Evaluation evaluation, ReplicationRate all, IReadOnlyList<ReplicationRate> several) => Html.Of($"""
        <p>{all.Images} images of {all.Probes} captions, each held by <code>memorization evaluate</code> against the training images of the family that its caption was made for. An image counts as replicated if its cosine to one of
        them reaches the threshold: {Figures.Real(evaluation.Threshold, "0.00##")}, set by hand{Calibrated(evaluation)}. Of several captions the interval is over captions, of one over its images. One of ten: the probability that at
        least one of ten images is replicated.</p>
        {Chart(evaluation)}
        {SortableTable.Of("Replication by kind of caption", "numbers", EvaluationTables.Rates(several), RateColumns, Html.Each(several, Rate))}
        """);

    private static Html Calibrated(Evaluation evaluation) => evaluation.Calibrated.First(one => one.Score == ScoreKind.Max) is { Threshold: { } threshold } one
        ? Html.Of($"; {Figures.Real(threshold, "0.00##")}, calibrated: of pairs of a training image and another family, {one.HeldOutFalsePositives} of {one.HeldOutPairs} that had no say in it reach it ({Figures.Interval(one.Low, one.High)} %)")
        : Html.Of($"; none could be calibrated from so few training images");

    private static Html Chart(Evaluation evaluation) => evaluation.Curve.Count == 0 ? default : Html.Of($"""
        <figure class="chart"><div class="scroll" tabindex="0" role="group" aria-label="Lines against the threshold">{ReplicationLines.Of(evaluation).ToPage()}</div>
        <figcaption>Beside this page: <code>replication.svg</code>, <code>replication.png</code>, <code>replication_curve.csv</code>.</figcaption></figure>
        """);

    private static Html Rate(ReplicationRate rate) => Html.Of($"""
        <tr><td>{(rate.Group == "all" ? Html.Of($"<b>all</b>") : Html.Of($"{rate.Kind ?? "of no kind"}"))}</td><td class="number">{Figures.Real(rate.Threshold, "0.00##")}</td><td>{(rate.Rule == ReplicationRate.Hand ? "by hand" : "calibrated")}</td><td class="number">{rate.Probes}</td><td class="number">{rate.Images}</td><td class="number">{rate.Replicated}</td>{Share(rate)}<td class="number">{Figures.Percent(rate.AnyOf.TryGetValue(10, out var any) ? any : null)}</td></tr>

        """);

    private static Html Share(ReplicationRate rate) => rate is { Low: { } low, High: { } high }
        ? Whisker.Cell(rate.Share, low, high)
        : Html.Of($"<td class=\"number interval\"><span>{Figures.Percent(rate.Share)}</span> <small>one caption</small></td>");

    private static Html Captions(Evaluation evaluation, FamilyLinks links)
    {
        var rule = evaluation.Rates.Any(rate => rate.Rule == ReplicationRate.Calibrated) ? ReplicationRate.Calibrated : ReplicationRate.Hand;
        var rates = evaluation.Rates.Where(rate => rate.Group == "probe" && rate.Rule == rule && rate.Score == ScoreKind.Max).ToList();
        if (rates.Count == 0) return default;
        var same = evaluation.Consistency.ToDictionary(one => one.Caption, one => one.Share);
        var shown = rates.OrderByDescending(rate => rate.Share).ThenByDescending(rate => rate.Images).ThenBy(rate => rate.Caption, StringComparer.Ordinal).Take(MostCaptions).ToList();
        return Html.Of($"""
            <h3>Captions whose images come back most</h3>
            <p>{Math.Min(MostCaptions, rates.Count)} of {rates.Count}, by the {(rule == ReplicationRate.Hand ? "threshold set by hand" : "calibrated threshold")}. The same image: the part of a caption's images that are near-identical among themselves, whatever the seed.</p>
            {SortableTable.Of("Captions whose images come back most", "numbers captions", EvaluationTables.Rates(shown), CaptionColumns, Html.Each(shown, rate => Html.Of($"""
                <tr><td><bdi>{rate.Caption}</bdi></td><td>{rate.Kind}</td><td>{links.To(rate.Family!)}</td><td class="number">{rate.Images}</td><td class="number">{rate.Replicated}</td>{Share(rate)}<td class="number">{Figures.Percent(same.TryGetValue(rate.Caption!, out var share) ? share : null)}</td></tr>

                """)))}
            """);
    }

    private static Html Model(Evaluation evaluation) => evaluation.Model is not { } model ? default : Html.Of($"""
        <h3>Does frequency decide?</h3>
        <p>A logistic model of {model.Images} images of {model.Families} families. One standard deviation more of a family’s number multiplies the odds that an image is replicated:
        {Html.Each(model.Slopes, slope => Html.Of($"{NameOf(slope.Feature)} by <b>{Figures.Real(Math.Exp(slope.Slope), "0.00")}</b> ({Figures.Real(Math.Exp(slope.Slope - (1.96 * slope.Error)), "0.00")} to {Figures.Real(Math.Exp(slope.Slope + (1.96 * slope.Error)), "0.00")}); "))}
        it ranks images of families that it was not fitted to with an area under the curve of {Figures.Real(model.HeldOutAuc)}.</p>
        """);

    private static string NameOf(string feature) => feature switch
    {
        "copies" => "the logarithm of its rows",
        "dominant_share" => "its part of the rows with its words",
        _ => "the entropy of its captions",
    };

    private static Html Objects(Evaluation evaluation)
    {
        var shares = evaluation.Objects.SelectMany(one => one.Shares.Where(share => share.Group != "probe").Select(share => (one.Description, one.Name, Share: share))).ToList();
        return shares.Count == 0 ? default : Html.Of($"""
            <h3>Objects in generated images</h3>
            <p>What the detector of the section on objects says of generated images, corrected for how often it is right on labelled training images; how often it is right on generated ones was not measured.</p>
            {SortableTable.Of("Objects in generated images", "numbers", EvaluationTables.Objects(shares.Select(of => (of.Name, of.Share))), ObjectColumns, Html.Each(shares, of => Html.Of($"""
                <tr><td>{of.Description}</td><td>{(of.Share.Group == "all" ? "all" : of.Share.Kind ?? "of no kind")}</td><td class="number">{of.Share.Images}</td><td class="number">{of.Share.Positives}</td><td class="number">{Figures.Percent(of.Share.Share)}</td><td>{Ends(of.Share.Interval)}</td><td class="number">{Figures.Percent(of.Share.Corrected)}</td><td>{Ends(of.Share.CorrectedInterval)}</td></tr>

                """)))}
            """);
    }

    private static Html Ends(Interval? interval) => interval is { } of ? Html.Of($"{Figures.Interval(of.Low, of.High)}") : default;

    private static Html Pairs(Evaluation evaluation, FamilyLinks links) => evaluation.Pairs.Count == 0 ? default : Html.Of($"""
        <h3>Side by side</h3>
        <p>Left the training image, right what the model made: at every grade of similarity up to four pairs, each of another family, drawn by a hash and not for what they look like.</p>
        {Html.Each(evaluation.Pairs.GroupBy(pair => pair.Grade).OrderByDescending(grade => grade.Key.From), grade => Html.Of($"""
            <h4>{(grade.Key.From < 0 ? Html.Of($"Below {Figures.Real(grade.Key.To, "0.00")}") : Html.Of($"{Figures.Real(grade.Key.From, "0.00")} to {Figures.Real(grade.Key.To, "0.00")}"))}</h4>
            <div class="twins">{Html.Each(grade, pair => Pair(pair, links))}</div>

            """))}
        """);

    private static Html Pair(ReplicationPair pair, FamilyLinks links) => Html.Of($"""
        <figure>{Picture(pair.Training, "Training image")}{Picture(pair.Generated, "Generated image")}<figcaption><b class="times">{Figures.Real(pair.Cosine)}</b> {pair.Kind} {links.To(pair.Family)}<bdi class="caption">{pair.Caption}</bdi></figcaption></figure>
        """);

    private static Html Picture(string? bytes, string what) => bytes is null
        ? Html.Of($"<span class=\"placeholder\">no image kept</span>")
        : Html.Of($"<img src=\"data:{Thumbnail.MediaType};base64,{Html.Own(bytes)}\" alt=\"{what}\" width=\"{Thumbnail.Side:0}\" height=\"{Thumbnail.Side:0}\" loading=\"lazy\" decoding=\"async\">");
}
