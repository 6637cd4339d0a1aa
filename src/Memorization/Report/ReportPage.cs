namespace Memorization.Report;

/// <summary>The report as one page.</summary>
internal static class ReportPage
{
    private static readonly OnePage Page = new("report");

    /// <summary>Writes the whole page.</summary>
    public static string Render(ReportData data)
    {
        // In the order they are read; each is a file of its own. A title's part before the colon is its name in the navigation.
        (string Id, string Title, Html Body)[] sections =
        [
            ("funnel", "The funnel", FunnelSection.Render(data)),
            ("table-1", "Table 1: families by size", TableSection.Render(data)),
            ("figures", "Figures: the largest families", FigureSection.Render(data)),
            ("shares", "Shares: what the rows with some words show", ShareSection.Render(data)),
            ("drop", "Drop list: if each family is seen less often", DropSection.Render(data)),
            ("triggers", "Triggers: words that lead to one family", TriggerSection.Render(data)),
            ("galleries", "Pictures: what the families look like", GallerySection.Render(data)),
            ("sweep", "Thresholds: how far it moves", SweepSection.Render(data)),
            ("second-opinion", "Second opinion: a hash that knows no encoder", SecondOpinionSection.Render(data)),
            .. ObjectSection.Render(data),
            .. ReplicationSection.Render(data),
            ("hosts", "Failures by host", HostSection.Render(data)),
            ("methods", "Methods", MethodsSection.Render(data)),
        ];
        return Page.Render(Html.Of($"{data.Study.Name}: what repeats"), Html.Of($"""
            <a class="skip" href="#main">Skip to the report</a>
            {HeaderSection.Render(data)}
            <nav aria-label="Sections"><ul>{Html.Each(sections, section => Html.Of($"<li><a href=\"#{section.Id}\">{section.Title.Split(':')[0]}</a></li>"))}</ul></nav>
            <main id="main" tabindex="-1">
            {HeaderSection.Figures(data)}
            {Html.Each(sections, section => Html.Of($"<section id=\"{section.Id}\" aria-labelledby=\"{section.Id}-title\"><h2 id=\"{section.Id}-title\">{section.Title}</h2>\n{section.Body}\n</section>\n"))}
            </main>
            <footer><p>Every number here can be counted again from the store; <a href="#methods">Methods</a> says how. All of the numbers lie beside this page in <code>report.json</code>, and each table as CSV and Parquet.</p></footer>
            """));
    }
}
