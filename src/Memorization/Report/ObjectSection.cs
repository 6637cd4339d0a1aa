using Memorization.Captions;
using Memorization.Objects;
using Memorization.Statistics;

namespace Memorization.Report;

/// <summary>What pictures show that their captions do not name: shares, ratios, what they rest on, and the likeliest pictures with the place marked.</summary>
internal static class ObjectSection
{
    private static readonly Column[] ShareColumns =
    [
        new("Group", IsNumber: false), new("Counted", IsNumber: false), new("Positive"), new("Of"), new("Apparent"), new("95 %", IsNumber: false), new("Corrected"), new("95 %", IsNumber: false),
    ];

    private static readonly Column[] RatioColumns =
    [
        new("Group", IsNumber: false), new("Counted", IsNumber: false), new("Risk ratio"), new("95 % (Katz)", IsNumber: false), new("95 % (families)", IsNumber: false), new("Corrected"), new("95 %", IsNumber: false),
    ];

    private static readonly Column[] FunnelColumns =
        [new("Group", IsNumber: false), new("Kept"), new("No image"), new("Not drawn"), new("No pixels kept"), new("Unreadable"), new("No score"), new("Scored")];

    /// <summary>The section; none where no object was looked at in this snapshot.</summary>
    public static IEnumerable<(string Id, string Title, Html Body)> Render(ReportData data) => data.Objects.Count == 0
        ? []
        : [("objects", "Objects: what captions do not name", Html.Each(data.Objects, Render))];

    private static Html Render(ObjectResult of) => Html.Of($"""
        <h3>{of.Description}</h3>
        <p>Rows whose caption has “{of.Keyword}”, apart by whether it names the object (by any of: {string.Join(", ", of.Aliases)}), beside rows with other words and all other rows.</p>
        {SortableTable.Of("Share of pictures with the object", "objects", ObjectTables.Estimates(of), ShareColumns, Html.Each(of.Groups, Shares))}
        <p class="more">Apparent is what the detector says; corrected takes its sensitivity and specificity into account (Rogan and Gladen 1978). Intervals of rows and images draw whole families, since copies are no
        independent evidence, and the corrected ones sensitivity and specificity too; those of families are Wilson’s and Lang and Reiczigel’s. By hand: the images that people labelled.</p>
        {Ratios(of)}
        <h4>What this rests on</h4>
        <ul>{Html.Each(ObjectSentences.Of(of), sentence => Html.Of($"<li>{sentence}</li>"))}</ul>
        {Funnel(of)}
        {Pictures(of)}

        """);

    private static Html Shares(GroupEstimate group) => Html.Concat(
    [
        Html.Each(group.Prevalence, of => Html.Of($"""
            <tr><td>{group.Group.Name}</td><td>{of.Unit.ToString().ToLowerInvariant()}</td><td class="number">{of.Positives}</td><td class="number">{of.All}</td><td class="number">{Percent(of.Apparent)}</td><td>{Ends(of.Clustered ?? of.Wilson)}</td><td class="number">{Percent(of.Corrected)}</td><td>{Ends(of.CorrectedClustered ?? of.CorrectedInterval)}</td></tr>

            """)),
        group.ByHand.All == 0 ? default : Html.Of($"""
            <tr><td>{group.Group.Name}</td><td>images, by hand</td><td class="number">{group.ByHand.Positives}</td><td class="number">{group.ByHand.All}</td><td class="number">{Percent(group.ByHand.Apparent)}</td><td>{Ends(group.ByHand.Wilson)}</td><td class="number"></td><td></td></tr>

            """),
    ]);

    private static Html Ratios(ObjectResult of) => of.Ratios.Count == 0 ? default : Html.Of($"""
        <h4>{of.Keyword}, not named, against</h4>
        {SortableTable.Of("Risk ratios", "objects", ObjectTables.Ratios(of), RatioColumns, Html.Each(of.Ratios, ratio => Html.Of($"""
            <tr><td>{ratio.Against.Name}</td><td>{ratio.Unit.ToString().ToLowerInvariant()}</td><td class="number">{Times(ratio.Ratio)}{(ratio.IsAdjusted && ratio.Ratio is not null ? Html.Of($" <small>½ added</small>") : default)}</td><td>{(ratio.Katz is { } katz ? Html.Of($"{Times(katz.Low)} – {Times(katz.High)}") : default)}</td><td>{Ends(ratio.Clustered)}</td><td class="number">{Times(ratio.Corrected)}</td><td>{Ends(ratio.CorrectedClustered)}</td></tr>

            """)))}
        """);

    private static Html Funnel(ObjectResult of) => Html.Of($"""
        <h4>The rows</h4>
        {SortableTable.Of("Rows of each group", "objects", ObjectTables.Funnel(of), FunnelColumns, Html.Each(of.Groups, group => Html.Of($"""
            <tr><td>{group.Group.Name}</td><td class="number">{group.Funnel.Kept}</td><td class="number">{group.Funnel.WithoutImage}</td><td class="number">{group.Funnel.NotDrawn}</td><td class="number">{group.Funnel.WithoutPixels}</td><td class="number">{group.Funnel.Unreadable}</td><td class="number">{group.Funnel.WithoutScore}</td><td class="number">{group.Funnel.Scored}</td></tr>

            """)))}
        """);

    private static Html Pictures(ObjectResult of)
    {
        if (of.Gallery.Count == 0) return default;
        var matcher = new KeywordMatcher([of.Keyword]);
        return Html.Of($"""
            <h4>The likeliest pictures whose caption does not name it, one a family, the best tile marked</h4>
            <div class="pictures">{Html.Each(of.Gallery, picture => Picture(picture, of, matcher))}</div>
            """);
    }

    // Presentation attributes: the page's policy allows no styles of elements.
    private static Html Picture(GalleryPicture of, ObjectResult result, KeywordMatcher matcher)
    {
        var (left, top, width, height) = (of.Tile.Left * of.Width, of.Tile.Top * of.Height, of.Tile.Width * of.Width, of.Tile.Height * of.Height);
        var caption = Html.Each(matcher.Mark(of.Caption), part => part.IsKeyword ? Html.Of($"<mark>{part.Text}</mark>") : Html.Of($"{part.Text}"));
        var isPositive = of.Score >= result.Calibration.Threshold;
        return Html.Of($"""
            <figure><svg viewBox="0 0 {of.Width:0} {of.Height:0}" width="100%" role="img" aria-label="Picture with its best tile marked"><image href="data:image/jpeg;base64,{Html.Own(of.Preview)}" width="{of.Width:0}" height="{of.Height:0}"></image><rect x="{left:0.#}" y="{top:0.#}" width="{width:0.#}" height="{height:0.#}" fill="none" stroke="#fff" stroke-width="5"></rect><rect x="{left:0.#}" y="{top:0.#}" width="{width:0.#}" height="{height:0.#}" fill="none" stroke="#c8321e" stroke-width="2.5"></rect></svg>
            <figcaption><b class="times">{of.Score:0.00}</b>{(isPositive ? "" : " below the threshold")} <bdi class="caption">{caption}</bdi>{WebLink.Of(of.Url)}</figcaption></figure>

            """);
    }

    private static Html Percent(double? share) => share is { } value ? Html.Of($"{100 * value:0.0} %") : Html.Of($"–");

    private static Html Times(double? ratio) => ratio is { } value ? Html.Of($"{value:0.00}") : Html.Of($"–");

    private static Html Ends(Interval? interval) => interval is { } of ? Html.Of($"{100 * of.Low:0.0} – {100 * of.High:0.0}") : default;

    private static Html Ends(RatioInterval? interval) => interval is { } of ? Html.Of($"{Times(of.Low)} – {(of.High is null ? Html.Of($"∞") : Times(of.High))}") : default;
}
