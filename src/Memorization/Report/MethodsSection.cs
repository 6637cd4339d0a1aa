using System.Text.Json;
using Memorization.Configuration;

namespace Memorization.Report;

/// <summary>How each number was made, with what, and how to make it again.</summary>
internal static class MethodsSection
{
    public static Html Render(ReportData data)
    {
        var from = data.Provenance;
        return Html.Of($"""
            <h3>How rows and families are counted</h3>
            <p>All numbers are of one snapshot of the store. <code>memorization query STUDY "SQL"</code> runs the queries below over it; <code>memorization analyze STUDY</code> computes the statistics again.</p>
            <dl class="methods">
            {Html.Each(data.Figures, figure => Html.Of($"<dt>{figure.Label}</dt><dd>{figure.Meaning}: {figure.Value}.<code class=\"sql\">{figure.Sql}</code></dd>\n"))}
            <dt>funnel</dt><dd>Each row of a row group ends in the study or for one of a closed list of reasons. A finished row group's ends are in its commit (view <code>units</code>); those of a row group that a stopped run left are in <code>verdicts</code> and <code>images</code>. A row met again in another file is counted there as AlreadyStored, so that the study has each row once.</dd>
            <dt>family</dt><dd>Two images are linked if the cosine similarity of their embeddings is {Figures.Real(from.Threshold, "0.####")} or more, computed exactly over all pairs; a family is a connected component. Its name is the smallest content id in it{(data.IsRedacted ? ", under the key of this report" : "")}.<code class="sql">SELECT family, count(*) AS "rows", count(DISTINCT content_id) AS images FROM study GROUP BY family ORDER BY 2 DESC, family</code></dd>
            <dt>host</dt><dd>The host of the URL that was requested first; failures are those of rows that the filter keeps.</dd>
            {(data.IsRedacted
                ? Html.Of($"<dt>names</dt><dd>URLs, hosts, images and families are HMAC-SHA256 under a random key, cut to 128 bits (RFC 2104). Equal names are equal things; reports made with one key can be joined.</dd>")
                : Html.Of($"""
                    <dt>picture</dt><dd>The centre crop that the model sees, reduced to 112×112 pixels, as JPEG. Images keep the order: in most rows first, then by content id. Its caption and URL are those of its row with the smallest key.</dd>
                    <dt>keywords marked</dt><dd>Whole words of every keyword set that the caption matches, as the matcher sees words.</dd>
                    """))}
            </dl>
            <h3>The statistics</h3>
            {StatisticsSection.Render(data)}
            <h3>What it was made with</h3>
            {Pairs("Snapshot, fingerprints, model", [
                ("snapshot", Html.Of($"{from.Snapshot}, {HeaderSection.When(from.SnapshotAt)}")),
                ("run", Html.Of($"{from.Run}")),
                ("filter", Html.Of($"{from.Filter}")),
                ("model id", Html.Of($"{from.ModelId}")),
                ("threshold", Html.Of($"{Figures.Real(from.Threshold, "0.####")}")),
                .. from.Settings.Where(pair => pair.Key is "model" or "model_description").Select(pair => (pair.Key.Replace('_', ' '), Html.Of($"{pair.Value}")))])}
            {(from.Versions.Count == 0
                ? Html.Of($"<p>The run was cut off before it wrote down the versions of its libraries.</p>")
                : Pairs("Versions", from.Versions.Select(pair => (pair.Key, Html.Of($"{pair.Value}")))))}
            <details><summary>Settings of the study, defaults included</summary>
            <pre tabindex="0">{JsonSerializer.Serialize(data.Study, StudyFile.Json)}</pre>
            <p class="more">Without fetch.contact and fetch.resolve, which belong to the place where it ran{(data.IsRedacted ? ", and without paths, fetch.nameServers and fetch.userAgent" : "")}.</p></details>
            """);
    }

    private static Html Pairs(string caption, IEnumerable<(string Name, Html Value)> rows) => Html.Of($"""
        <h4>{caption}</h4>
        <dl class="pairs">{Html.Each(rows, row => Html.Of($"<div><dt>{row.Name}</dt><dd>{row.Value}</dd></div>"))}</dl>
        """);
}
