namespace Memorization.Report;

/// <summary>What the study is, and the numbers to begin with.</summary>
internal static class HeaderSection
{
    public static Html Render(ReportData data)
    {
        var from = data.Provenance;
        var keywords = data.Study.Keywords.Count == 0 ? default : Html.Of($" under captions with {Join(data.Study.Keywords.Select(set => Html.Of($"<q>{set}</q>")), Html.Of($" or "))}");
        return Html.Of($"""
            <header>
            <p class="kicker">Training-data memorisation: a report</p>
            <h1><bdi>{data.Study.Name}</bdi></h1>
            <p class="lead">Images that stand in the training set again and again{keywords}, grouped into families of near-identical images, and the words that mark each family.</p>
            <dl class="facts">
            <div><dt>Input</dt><dd>{(data.IsRedacted ? Html.Of($"not named here") : Join(data.Study.Input.Select(pattern => Html.Of($"<code><bdi>{pattern}</bdi></code>")), Html.Of($", ")))}</dd></div>
            <div><dt>Snapshot</dt><dd>{from.Snapshot} of {When(from.SnapshotAt)}</dd></div>
            <div><dt>Run</dt><dd><code>{from.Run}</code></dd></div>
            <div><dt>Model</dt><dd>{from.Settings.GetValueOrDefault("model", from.ModelId[..Math.Min(12, from.ModelId.Length)])}, threshold {from.Threshold:0.####}</dd></div>
            </dl>
            {(data.IsRedacted ? Html.Of($"<p class=\"notice\"><strong>Redacted for sharing:</strong> without images, captions and paths. URLs, hosts, images and families have names made with a key that is not in here.</p>") : default)}
            {Warnings(from)}
            </header>
            """);
    }

    public static Html Figures(ReportData data) => Html.Of($"""
        <h2 class="visually-hidden" id="key-figures">Key figures</h2>
        <dl class="figures" aria-labelledby="key-figures">{Html.Each(data.Figures, figure => Html.Of($"<div><dt>{figure.Label}</dt><dd>{figure.Value}</dd></div>"))}</dl>
        """);

    public static Html When(DateTimeOffset moment) => Html.Of($"<time datetime=\"{moment.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", Invariant)}\">{moment.ToString("yyyy-MM-dd HH:mm", Invariant)} UTC</time>");

    private static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private static Html Warnings(Provenance from) => Html.Concat([
        from.StudyChanged ? Html.Of($"<p class=\"warning\"><strong>The study file has changed</strong> since this snapshot was made: its keywords or filters are no longer those the numbers below were counted under. Run the study again.</p>") : default,
        from.BrokenInputs.Count > 0 ? Html.Of($"<div class=\"warning\"><p><strong>Some inputs could not be read</strong> and are not counted:</p><ul>{Html.Each(from.BrokenInputs, input => Html.Of($"<li><bdi>{input}</bdi></li>"))}</ul></div>") : default]);

    private static Html Join(IEnumerable<Html> pieces, Html between) =>
        Html.Concat(pieces.SelectMany((piece, i) => i == 0 ? (Html[])[piece] : [between, piece]));
}
