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
            <h3>How the numbers are computed</h3>
            <p>All are counted in one snapshot of the store. <code>memorization query STUDY "SQL"</code> runs the queries below over it.</p>
            <dl class="methods">
            {Html.Each(data.Figures, figure => Html.Of($"<dt>{figure.Label}</dt><dd>{figure.Meaning}: {figure.Value}.<code class=\"sql\">{figure.Sql}</code></dd>\n"))}
            <dt>funnel</dt><dd>Each row of a row group ends in the study or for one of a closed list of reasons. A finished row group's ends are in its commit (view <code>units</code>); those of a row group that a stopped run left are in <code>verdicts</code> and <code>images</code>. A row met again in another file is counted there as AlreadyStored, so that the study has each row once.</dd>
            <dt>family</dt><dd>Two images are linked if the cosine similarity of their embeddings is {from.Threshold:0.####} or more, computed exactly over all pairs; a family is a connected component. Its name is the smallest content id in it.<code class="sql">SELECT family, count(*) AS "rows", count(DISTINCT content_id) AS images FROM study GROUP BY family ORDER BY 2 DESC, family</code></dd>
            <dt>share</dt><dd>The family's rows divided by the rows of the study.</dd>
            <dt>words</dt><dd>A caption's distinct words: runs of letters, numbers and combining marks, HTML unescaped, in Unicode form C, without case, possessive s dropped.</dd>
            <dt>log-odds</dt><dd>Weighted log-odds ratio of a word inside the family against all other rows of the study, with an informative Dirichlet prior of {Statistics.LogOdds.PriorWeight:0} words in the proportions of the whole study (Monroe, Colaresi and Quinn 2008). Positive: likelier inside.</dd>
            <dt>keywords marked</dt><dd>Whole words of every keyword set that the caption matches, as the matcher sees words.</dd>
            <dt>host</dt><dd>The host of the URL that was requested first; failures are those of rows that the filter keeps.</dd>
            <dt>picture</dt><dd>The centre crop that the model sees, reduced to 112×112 pixels, as JPEG. Images keep the order: in most rows first, then by content id. Its caption and URL are those of its row with the smallest key.</dd>
            </dl>
            <h3>What it was made with</h3>
            {Table("Snapshot, fingerprints, model", [
                ("snapshot", Html.Of($"{from.Snapshot}, {HeaderSection.When(from.SnapshotAt)}")),
                ("run", Html.Of($"{from.Run}")),
                ("filter", Html.Of($"{from.Filter}")),
                ("model id", Html.Of($"{from.ModelId}")),
                ("threshold", Html.Of($"{from.Threshold:0.####}")),
                .. from.Settings.Where(pair => pair.Key is "model" or "model_description").Select(pair => (pair.Key.Replace('_', ' '), Html.Of($"{pair.Value}")))])}
            {(from.Versions.Count == 0
                ? Html.Of($"<p>The run was cut off before it wrote down the versions of its libraries.</p>")
                : Table("Versions", from.Versions.Select(pair => (pair.Key, Html.Of($"{pair.Value}")))))}
            <details><summary>Settings of the study, defaults included</summary>
            <pre tabindex="0">{JsonSerializer.Serialize(data.Study, StudyFile.Json)}</pre>
            <p class="more">Without fetch.contact and fetch.resolve, which belong to the place where it ran.</p></details>
            """);
    }

    private static Html Table(string caption, IEnumerable<(string Name, Html Value)> rows) => Html.Of($"""
        <table class="pairs"><caption>{caption}</caption><tbody>{Html.Each(rows, row => Html.Of($"<tr><th scope=\"row\">{row.Name}</th><td>{row.Value}</td></tr>"))}</tbody></table>
        """);
}
