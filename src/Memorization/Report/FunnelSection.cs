using Memorization.Flow;

namespace Memorization.Report;

/// <summary>What became of every row: what each stage received, what ended there and why, what went on.</summary>
internal static class FunnelSection
{
    private static readonly Column[] Columns = [new("Stage", IsNumber: false), new("Reason and meaning", IsNumber: false), new("Rows"), new("Left"), new("Share left, or ended here", IsNumber: false)];

    public static Html Render(ReportData data)
    {
        var funnel = data.Funnel;
        var left = funnel.RowsRead;
        var stages = new List<Html> { Row("stage", "Read", "rows of the input", null, funnel.RowsRead, funnel.RowsRead) };
        foreach (var stage in funnel.Steps.GroupBy(step => step.Stage))
        {
            var ended = stage.Sum(step => step.Rows);
            stages.Add(Row("stage", stage.Key.ToString(), $"{Name(stage.Key)}", -ended, left - ended, funnel.RowsRead));
            left -= ended;
            foreach (var step in stage)
                stages.Add(Row("reason", "", step.Reason.ToString(), -step.Rows, null, funnel.RowsRead, step.Meaning));
        }

        if (funnel.RowsPending > 0)
        {
            left -= funnel.RowsPending;
            stages.Add(Row("stage", "Pending", "selected, with no embedding under this model yet", -funnel.RowsPending, left, funnel.RowsRead));
        }

        return Html.Of($"""
            <p>{funnel.RowsRead} rows were read in {funnel.UnitsFinished} finished row {(funnel.UnitsFinished == 1 ? "group" : "groups")}. Each ended in the study or for one reason; the numbers add up: {funnel.RowsRead} read
            − {funnel.RowsRead - funnel.StudyRows} ended before = {funnel.StudyRows} in the study.</p>
            {SortableTable.Of("The funnel", "funnel", ReportTables.Funnel(data), Columns, Html.Concat(stages.Append(Row("stage total", "Study", "rows with their image in a family", null, funnel.StudyRows, funnel.RowsRead))))}
            """);
    }

    private static string Name(StageName stage) => stage switch
    {
        StageName.Scan => "the metadata row by row",
        StageName.Urls => "the URL can be requested",
        StageName.Captions => "the caption has the keyword and fits the text tower",
        StageName.Known => "the row is new",
        StageName.Fetch => "the image's bytes, over HTTP",
        StageName.Decode => "the bytes as the model's pixels",
        StageName.Embed => "the pixels as an embedding",
        _ => "the committed row",
    };

    private static Html Row(string @class, string stage, string name, long? ended, long? left, long read, string? meaning = null)
    {
        var share = read == 0 ? 0 : 100.0 * (left ?? -ended ?? 0) / read;
        return Html.Of($"""
            <tr class="{@class}"><th scope="row">{stage}</th><td>{name}{(meaning is null ? default : Html.Of($" <small>{meaning}</small>"))}</td><td class="number">{Number(ended)}</td><td class="number">{Number(left)}</td><td class="share"><svg class="meter" aria-hidden="true"><rect width="{share:0.##}%" height="100%"></rect></svg><span>{share:0.0} %</span></td></tr>

            """);
    }

    private static Html Number(long? value) => value is null ? default : value < 0 ? Html.Of($"−{-value.Value}") : Html.Of($"{value.Value}");
}
