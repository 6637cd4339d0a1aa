namespace Memorization.Report;

/// <summary>Column heads that sort their table when pressed; the script reads the numbers from the cells.</summary>
internal static class SortableTable
{
    /// <param name="columns">Names, and whether the column holds numbers.</param>
    public static Html Heads(params (string Name, bool IsNumber)[] columns) => Html.Each(columns, column => Html.Of(
        $"<th scope=\"col\"{(column.IsNumber ? Html.Own(" class=\"number\"") : default)}><button type=\"button\">{column.Name}</button></th>"));
}
