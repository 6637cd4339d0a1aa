using Memorization.Analysis;

namespace Memorization.Report;

/// <summary>What a training set loses if each family is seen only so often, and what its words lead to then.</summary>
internal static class DropSection
{
    private static readonly Column[] Columns =
    [
        new("Words", IsNumber: false), new("Rows"), new("Left"), new("Family", IsNumber: false), new("Its share"), new("Left of it"), new("In families of the keyword"), new("Left of them"),
    ];

    public static Html Render(ReportData data)
    {
        var drop = data.Analysis.Drop;
        var links = new FamilyLinks(data);
        return Html.Of($"""
            <p>If no family is seen more than {(drop.RowsPerFamily == 1 ? Html.Of($"once") : Html.Of($"{drop.RowsPerFamily} times"))}, <b>{drop.Dropped}</b> of {drop.Rows} rows go, from {drop.Families} families.
            <code>memorization export STUDY --format keep-list</code> lists both kinds of rows. Which family most of the rows with some words show, and which families are the keyword's, is what the whole study says.</p>
            {(drop.Words.Count == 0 ? default : SortableTable.Of("What dropping rows changes", "drop", AnalysisTables.Dropped(drop), Columns, Html.Each(drop.Words, words => Row(words, links))))}
            """);
    }

    private static Html Row(WordsAfterDrop words, FamilyLinks links) => Html.Of($"""
        <tr><th scope="row"><bdi>{string.Join(' ', words.Words)}</bdi></th><td class="number">{words.Rows}</td><td class="number">{words.RowsLeft}</td><td>{(words.Family is { } family ? links.To(family) : Html.Of($"–"))}</td>{Share(words.Share)}{Share(words.ShareLeft)}{Share(words.KeywordShare)}{Share(words.KeywordShareLeft)}</tr>

        """);

    private static Html Share(double? share) => Html.Of($"<td class=\"number\">{(share is { } value ? Html.Of($"{100 * value:0.0} %") : Html.Of($"–"))}</td>");
}
